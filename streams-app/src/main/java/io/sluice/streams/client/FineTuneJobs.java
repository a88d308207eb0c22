package io.sluice.streams.client;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.serde.RecordKeys;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Reads fine-tune jobs, their datasets and the reports of trainers from Kafka. */
public final class FineTuneJobs {
  private static final Comparator<FineTuneJob> BY_TASK_AND_AGE =
      Comparator.comparing(FineTuneJob::getTaskId)
          .thenComparing(FineTuneJob::getRevision)
          .thenComparing(FineTuneJob::getBudget)
          .thenComparing(FineTuneJob::getSequence);

  private final KafkaAccess kafka;

  /** Creates a reader; every call reads the topic anew. */
  public FineTuneJobs(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /** All jobs fired so far, sorted by task, revision, budget and sequence. */
  public List<FineTuneJob> all() {
    return byId().values().stream().sorted(BY_TASK_AND_AGE).toList();
  }

  /**
   * Finds a job by its id.
   *
   * @throws IllegalArgumentException when there is no such job
   */
  public FineTuneJob find(String jobId) {
    FineTuneJob job = byId().get(jobId);
    if (job == null) {
      throw new IllegalArgumentException("there is no job '" + jobId + "': 'jobs' lists them");
    }
    return job;
  }

  /**
   * The last report of a trainer about each job, by job id; jobs that no trainer has taken yet are
   * missing.
   */
  public Map<String, FineTuneResult> results() {
    return TopicSnapshot.ofTopic(
        kafka,
        kafka.topics().fineTuneResults(),
        new LastValues<>(
            RecordKeys.text(),
            kafka.serdes().value(FineTuneResult.class),
            (jobId, result) -> jobId.equals(result.getJobId())));
  }

  /**
   * Reads the frozen dataset of a job, and checks it against the counts and checksums in the job.
   *
   * @throws IllegalArgumentException when the dataset is incomplete or does not match the job
   */
  public FrozenDataset dataset(FineTuneJob job) {
    List<DatasetRecord> records =
        TopicSnapshot.recordsOf(
            kafka,
            kafka.topics().fineTuneDatasets(),
            job.getTaskId(),
            job.getJobId(),
            kafka.serdes().value(DatasetRecord.class));
    return FrozenDataset.of(job, records);
  }

  private Map<String, FineTuneJob> byId() {
    return TopicSnapshot.ofTopic(
        kafka,
        kafka.topics().fineTuneJobs(),
        new LastValues<>(
            RecordKeys.text(),
            kafka.serdes().value(FineTuneJob.class),
            (jobId, job) -> jobId.equals(job.getJobId())));
  }
}
