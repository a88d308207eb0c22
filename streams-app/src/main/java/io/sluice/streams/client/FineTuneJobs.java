package io.sluice.streams.client;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;

/** The fine-tune jobs of a Kafka, their datasets and what trainers report of them. */
public final class FineTuneJobs {
  private static final Comparator<FineTuneJob> BY_TASK_AND_AGE =
      Comparator.comparing(FineTuneJob::getTaskId)
          .thenComparing(FineTuneJob::getRevision)
          .thenComparing(FineTuneJob::getBudget)
          .thenComparing(FineTuneJob::getSequence);

  private final KafkaAccess kafka;

  /** The jobs of this Kafka. */
  public FineTuneJobs(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /** All jobs fired so far, by task, revision, budget and sequence. */
  public List<FineTuneJob> all() {
    return byId().values().stream().sorted(BY_TASK_AND_AGE).toList();
  }

  /**
   * The job with this id.
   *
   * @throws IllegalArgumentException when there is none
   */
  public FineTuneJob find(String jobId) {
    FineTuneJob job = byId().get(jobId);
    if (job == null) {
      throw new IllegalArgumentException("there is no job '" + jobId + "': 'jobs' lists them");
    }
    return job;
  }

  /** What trainers reported last, by job id; jobs that no trainer has taken are missing. */
  public Map<String, FineTuneResult> results() {
    return TopicSnapshot.ofTopic(
        kafka,
        kafka.topics().fineTuneResults(),
        Serdes.String(),
        kafka.serdes().value(FineTuneResult.class));
  }

  /**
   * The frozen examples of a job, checked against what the job says of them.
   *
   * @throws IllegalArgumentException when they are not whole or not the job's
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
        Serdes.String(),
        kafka.serdes().value(FineTuneJob.class));
  }
}
