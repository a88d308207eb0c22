package io.sluice.streams.client;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.audit.Difference;
import io.sluice.streams.audit.FrozenPool;
import io.sluice.streams.client.Verification.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Selects the examples of a fine-tune job again, from the topics as of the offsets that the job
 * names, and compares them with its frozen dataset, the random subsets and further arms included.
 *
 * <p>Kafka keeps the last record of each candidate only. The rest of the pool of that time is still
 * there, so a candidate that was replaced or retracted since can be missing in two ways. If it is
 * an example of the job, its scores are gone, and nothing can be said. If it is not, it changes
 * nothing as long as it was rightly not selected: the selection from a part of the pool that
 * contains all selected candidates is the same. An equal dataset therefore is what the rule selects
 * from all that is left; a different one is wrong, unless the algorithm is KNN-uniform, for which
 * all candidates count. Not thread-safe.
 */
public final class JobVerification {
  private final KafkaAccess kafka;
  private final RepresentedPools pools;

  /**
   * Creates a client; every call reads the topics anew.
   *
   * @param progress shows how far each stage has come
   */
  public JobVerification(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.pools = new RepresentedPools(kafka, progress);
  }

  /**
   * What was read, and what it shows.
   *
   * @param pools what each pool of the job shows: first that of the task's own representation, then
   *     those that further arms of other representations were selected from; none if they were not
   *     read
   * @param differences the examples that differ, or that cannot be verified
   * @param remark why it is undecided; empty otherwise
   */
  public record Report(
      Verdict verdict,
      FineTuneJob job,
      List<PoolReport> pools,
      List<Difference> differences,
      String remark) {
    /** Keeps immutable copies of the lists. */
    public Report {
      pools = List.copyOf(pools);
      differences = List.copyOf(differences);
    }
  }

  /**
   * What was read of one pool.
   *
   * @param pool what the job has selected from it
   * @param candidates number of candidates that are left of the pool; contents, if these count once
   * @param checksum see {@link io.sluice.streams.audit.ExpectedSubset#poolChecksum}
   * @param unseen number of candidates that only have records behind the offsets: they came later,
   *     or were replaced or retracted, so that it is not known what they were
   */
  public record PoolReport(FrozenPool pool, int candidates, String checksum, int unseen) {}

  /**
   * Verifies a job.
   *
   * @throws IllegalArgumentException when there is no such job
   */
  public Report verify(String jobId) {
    FineTuneJobs jobs = new FineTuneJobs(kafka);
    FineTuneJob job = jobs.find(jobId);
    List<DatasetRecord> records =
        TopicSnapshot.recordsOf(
            kafka,
            kafka.topics().fineTuneDatasets(),
            job.getTaskId(),
            jobId,
            kafka.serdes().value(DatasetRecord.class));
    if (records.isEmpty()) {
      return undecided(job, "its dataset is gone: Kafka deletes datasets after 90 days");
    }
    FrozenDataset frozen;
    try {
      frozen = FrozenDataset.of(job, records);
    } catch (IllegalArgumentException e) {
      return new Report(
          Verdict.DIFFERENT, job, List.of(), List.of(new Difference(jobId, e.getMessage())), "");
    }
    Optional<TargetTask> task = new TargetTasks(kafka).find(job.getTaskId());
    return task.isEmpty()
        ? undecided(job, "its task was removed, and with it the rules and queries")
        : impediment(job, task.get())
            .map(why -> undecided(job, why))
            .orElseGet(() -> verify(frozen, task.get()));
  }

  /** Why the job cannot be verified; empty when it can. */
  private static Optional<String> impediment(FineTuneJob job, TargetTask task) {
    if (job.getOffsets().isEmpty()) {
      return Optional.of(
          "it does not name the offsets that it was selected from: release 0.1 fired it, or a shard"
              + " of release 0.1 took part");
    } else if (job.getRevision() != task.getRevision()) {
      return Optional.of(
          "the task has revision %d now, and the queries and rules of revision %d are kept no longer"
              .formatted(task.getRevision(), job.getRevision()));
    } else if (!job.getQuerySetHash().equals(ExampleHashes.ofQueries(task.getQueries()))) {
      return Optional.of("the task has other queries under the same revision");
    }
    return Optional.empty();
  }

  /** Different if one of the pools is, for that is certain; otherwise undecided if one is. */
  private Report verify(FrozenDataset frozen, TargetTask task) {
    List<PoolReport> read = new ArrayList<>();
    List<Difference> differences = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    Verdict verdict = Verdict.EQUAL;
    for (FrozenPool pool : FrozenPool.of(frozen, task)) {
      FrozenPoolComparison.Outcome outcome = new FrozenPoolComparison(kafka, pools, pool).compare();
      outcome.read().ifPresent(read::add);
      differences.addAll(outcome.differences());
      outcome.remark().ifPresent(remarks::add);
      verdict = worse(verdict, outcome.verdict());
    }
    return new Report(verdict, frozen.job(), read, differences, String.join("; ", remarks));
  }

  private static Verdict worse(Verdict one, Verdict other) {
    if (one == Verdict.DIFFERENT || other == Verdict.DIFFERENT) {
      return Verdict.DIFFERENT;
    }
    return one == Verdict.EQUAL ? other : one;
  }

  private static Report undecided(FineTuneJob job, String remark) {
    return new Report(Verdict.UNDECIDED, job, List.of(), List.of(), remark);
  }
}
