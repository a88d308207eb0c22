package io.sluice.streams.client;

import io.sluice.schemas.Representation;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.audit.Difference;
import io.sluice.streams.audit.ExpectedSubset;
import io.sluice.streams.nominate.ScoredPool;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * Selects the subset of a task again, from nothing, and compares it with what is published.
 *
 * <p>The topics alone are read: every representation is judged and scored, and the batch rule
 * selects from the whole table, by code that the streams-app does not use. Nothing is written. The
 * streams-app publishes a little later than it reads, so a difference counts only if it stays until
 * the caller's patience is over. Not thread-safe.
 */
public final class Verification {
  private static final Duration BETWEEN_READS = Duration.ofMillis(500);

  private final KafkaAccess kafka;
  private final RepresentedPools pools;

  /**
   * Creates a client; every call reads the topics anew.
   *
   * @param progress shows how far each stage has come
   */
  public Verification(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.pools = new RepresentedPools(kafka, progress);
  }

  /** What the comparison says. */
  public enum Verdict {
    /** What is published is what the batch rule selects, in every field. */
    EQUAL("equal"),
    /** It is not, although the counts that the streams-app has published are those of the pool. */
    DIFFERENT("different"),
    /** The streams-app counts another pool than the topics hold, or more arrived all the time. */
    UNDECIDED("undecided");

    private final String label;

    Verdict(String label) {
      this.label = label;
    }

    /** The verdict in one word of lower case, as it is printed. */
    public String label() {
      return label;
    }
  }

  /**
   * What was read, and what it shows. Who reads the same offsets computes the same checksums.
   *
   * @param task the task in the revision that was verified
   * @param fingerprint fingerprint of the representation
   * @param offsets for each partition of the representations topic the offset before which all was
   *     read
   * @param pool number of candidates in the pool; contents, if these count once
   * @param poolChecksum see {@link ExpectedSubset#poolChecksum}
   * @param selected number of candidates that the batch rule selects
   * @param subsetChecksum see {@link ExpectedSubset#subsetChecksum}
   * @param differences where the published subset differs; none if the verdict is EQUAL
   * @param remark why it is undecided; empty otherwise
   */
  public record Report(
      Verdict verdict,
      TargetTask task,
      String fingerprint,
      SortedMap<Integer, Long> offsets,
      int pool,
      String poolChecksum,
      int selected,
      String subsetChecksum,
      List<Difference> differences,
      String remark) {}

  /**
   * Verifies the subset of a task.
   *
   * @param patience how long a difference may stay while the streams-app has not processed
   *     everything, and how long to read again while more arrives
   * @throws IllegalArgumentException when there is no such task, or its queries are not represented
   *     yet
   */
  public Report verify(String taskId, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Report report = verifyOnce(taskId, deadline);
      if (report.verdict != Verdict.UNDECIDED || System.nanoTime() > deadline) {
        return report;
      }
    }
  }

  /** Reads the pool once, and the published subset until it is equal or it is clear that not. */
  private Report verifyOnce(String taskId, long deadline) throws InterruptedException {
    TargetTask task = pools.task(taskId);
    RepresentedPools.Read read = pools.score(task);
    ExpectedSubset subset = ExpectedSubset.of(read.pool());
    Map<ScoredPool.Member, Representation> representations =
        pools.find("Selected", subset.members(), Function.identity());
    if (representations.size() < subset.members().size()) {
      return undecided(read, subset, "candidates were replaced while the pool was read");
    }
    Map<String, SelectedInstruction> expected = subset.records(representations::get);
    while (true) {
      List<Difference> differences = PublishedRecords.read(kafka, taskId).differencesFrom(expected);
      if (differences.isEmpty()) {
        return report(Verdict.EQUAL, read, subset, expected.keySet(), differences, "");
      }
      if (!TopicSnapshot.ends(kafka, kafka.topics().representations()).equals(read.offsets())) {
        return undecided(read, subset, "representations arrived while the subset was compared");
      }
      if (System.nanoTime() > deadline) {
        Optional<String> behind = behind(read.pool());
        return report(
            behind.isPresent() ? Verdict.UNDECIDED : Verdict.DIFFERENT,
            read,
            subset,
            expected.keySet(),
            differences,
            behind.orElse(""));
      }
      Thread.sleep(BETWEEN_READS.toMillis());
    }
  }

  /** Why the published subset cannot be that of the pool yet; empty when it should be. */
  private Optional<String> behind(ScoredPool pool) {
    TaskStatus status = new TargetTasks(kafka).statuses().get(pool.task().getTaskId());
    if (status == null) {
      return Optional.of("no streams-app has reported on the task: is one running?");
    }
    if (status.getRevision() != pool.task().getRevision()) {
      return Optional.of(
          "the streams-app still serves revision %d of the task, not %d"
              .formatted(status.getRevision(), pool.task().getRevision()));
    }
    if (status.getWaiting() > 0) {
      return Optional.of(
          "%d stored candidates are yet to be scored for the task".formatted(status.getWaiting()));
    }
    if (status.getPool() != pool.members().size()) {
      return Optional.of(
          "the streams-app counts %d candidates in the pool, the topic has %d: is it running, and has it caught up?"
              .formatted(status.getPool(), pool.members().size()));
    }
    return Optional.empty();
  }

  private static Report undecided(
      RepresentedPools.Read read, ExpectedSubset subset, String remark) {
    List<String> ids = subset.members().stream().map(ScoredPool.Member::id).toList();
    return report(Verdict.UNDECIDED, read, subset, ids, List.of(), remark);
  }

  private static Report report(
      Verdict verdict,
      RepresentedPools.Read read,
      ExpectedSubset subset,
      Collection<String> ids,
      List<Difference> differences,
      String remark) {
    return new Report(
        verdict,
        read.pool().task(),
        read.fingerprint(),
        read.offsets(),
        read.pool().members().size(),
        subset.poolChecksum(),
        ids.size(),
        ExpectedSubset.subsetChecksum(ids),
        differences,
        remark);
  }
}
