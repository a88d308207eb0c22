package io.sluice.streams.client;

import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.streams.audit.Difference;
import io.sluice.streams.audit.ExpectedSubset;
import io.sluice.streams.client.Verification.Verdict;
import io.sluice.streams.nominate.PoolScoring;
import io.sluice.streams.nominate.ScoredPool;
import io.sluice.streams.selection.Algorithm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Selects the examples of a fine-tune job again, from the topics as of the offsets that the job
 * names, and compares them with its frozen dataset.
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
  private final Deserializer<RepresentationKey> keys;

  /**
   * Creates a client; every call reads the topics anew.
   *
   * @param progress shows how far each stage has come
   */
  public JobVerification(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.pools = new RepresentedPools(kafka, progress);
    this.keys = kafka.serdes().key(RepresentationKey.class).deserializer();
  }

  /**
   * What was read, and what it shows.
   *
   * @param pool number of candidates that are left of the pool; contents, if these count once; 0 if
   *     it was not read
   * @param poolChecksum see {@link ExpectedSubset#poolChecksum}; empty if the pool was not read
   * @param unseen number of candidates that only have records behind the offsets: they came later,
   *     or were replaced or retracted, so that it is not known what they were
   * @param differences the examples that differ, or that cannot be verified
   * @param remark why it is undecided; empty otherwise
   */
  public record Report(
      Verdict verdict,
      FineTuneJob job,
      int pool,
      String poolChecksum,
      int unseen,
      List<Difference> differences,
      String remark) {
    /** Keeps an immutable copy of the list. */
    public Report {
      differences = List.copyOf(differences);
    }
  }

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
          Verdict.DIFFERENT, job, 0, "", 0, List.of(new Difference(jobId, e.getMessage())), "");
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

  private Report verify(FrozenDataset frozen, TargetTask task) {
    FineTuneJob job = frozen.job();
    PoolScoring scoring;
    try {
      scoring = pools.scoring(task);
    } catch (IllegalArgumentException e) {
      return undecided(job, e.getMessage());
    }
    if (!scoring.fingerprint().equals(job.getFingerprint())) {
      return undecided(
          job,
          "the queries are represented with fingerprint %s now, and were with %s"
              .formatted(scoring.fingerprint(), job.getFingerprint()));
    }
    List<Long> offsets = job.getOffsets();
    Set<String> seen = new HashSet<>();
    Map<String, Boolean> later = new TreeMap<>();
    SortedMap<Integer, Long> ends =
        pools.forEachRecord(
            "Scores",
            record -> {
              Optional<String> candidate = candidateOf(task, record);
              if (record.partition() < offsets.size()
                  && record.offset() < offsets.get(record.partition())) {
                scoring.accept(record);
                candidate.ifPresent(seen::add);
              } else {
                candidate.ifPresent(id -> later.put(id, record.value() == null));
              }
            });
    boolean isSameTopic =
        ends.size() == offsets.size()
            && IntStream.range(0, offsets.size())
                .allMatch(partition -> ends.getOrDefault(partition, -1L) >= offsets.get(partition));
    if (!isSameTopic) {
      return undecided(
          job, "the topic of representations is not the one that the job was selected from");
    }
    Set<String> unseen = new HashSet<>(later.keySet());
    unseen.removeAll(seen);
    List<Difference> gone = gone(frozen, seen, later);
    ScoredPool pool = scoring.complete();
    ExpectedSubset selected = ExpectedSubset.of(pool);
    if (!gone.isEmpty()) {
      return report(
          Verdict.UNDECIDED,
          job,
          selected,
          unseen,
          gone,
          "%d examples have no record below the offsets any more".formatted(gone.size()));
    }
    return compare(
        frozen, selected, ExpectedSubset.controlOf(pool, frozen.random().size()), unseen);
  }

  private Report compare(
      FrozenDataset frozen, ExpectedSubset selected, ExpectedSubset control, Set<String> unseen) {
    FineTuneJob job = frozen.job();
    Set<ScoredPool.Member> members = new HashSet<>(selected.members());
    members.addAll(control.members());
    Map<ScoredPool.Member, Representation> representations =
        pools.find("Examples", members, Function.identity());
    if (representations.size() < members.size()) {
      return undecided(job, "candidates were replaced while the pool was read: try again");
    }
    List<Difference> differences =
        new ArrayList<>(
            Difference.ofExamples(
                selected.examples(job, DatasetPart.SELECTED, representations::get),
                frozen.selected()));
    if (!frozen.random().isEmpty()) {
      differences.addAll(
          Difference.ofExamples(
              control.examples(job, DatasetPart.RANDOM, representations::get), frozen.random()));
    }
    if (differences.isEmpty()) {
      return report(Verdict.EQUAL, job, selected, unseen, differences, "");
    }
    boolean decided =
        unseen.isEmpty() || !(Algorithm.parse(job.getAlgorithm()) instanceof Algorithm.KnnUniform);
    return report(
        decided ? Verdict.DIFFERENT : Verdict.UNDECIDED,
        job,
        selected,
        unseen,
        differences,
        decided
            ? ""
            : "with knn-uniform, every candidate of the pool counts, and %d may be missing"
                .formatted(unseen.size()));
  }

  /** The examples whose records below the offsets are gone, and why. */
  private static List<Difference> gone(
      FrozenDataset frozen, Set<String> seen, Map<String, Boolean> later) {
    return Stream.concat(frozen.selected().stream(), frozen.random().stream())
        .map(DatasetRecord::getCandidateId)
        .distinct()
        .filter(id -> !seen.contains(id))
        .map(id -> new Difference(id, whyGone(Optional.ofNullable(later.get(id)))))
        .toList();
  }

  private static String whyGone(Optional<Boolean> retracted) {
    return retracted
        .map(yes -> yes ? "was retracted since" : "was sent again since")
        .orElse("has no record any more: it was retracted since");
  }

  private Optional<String> candidateOf(TargetTask task, ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(keys.deserialize(record.topic(), record.key()))
          .filter(key -> key.getRepresentationId().equals(task.getRepresentationId()))
          .map(RepresentationKey::getCandidateId);
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      // Nobody knows of which candidate it is.
      return Optional.empty();
    }
  }

  private static Report undecided(FineTuneJob job, String remark) {
    return new Report(Verdict.UNDECIDED, job, 0, "", 0, List.of(), remark);
  }

  private static Report report(
      Verdict verdict,
      FineTuneJob job,
      ExpectedSubset selected,
      Set<String> unseen,
      List<Difference> differences,
      String remark) {
    return new Report(
        verdict,
        job,
        selected.poolSize(),
        selected.poolChecksum(),
        unseen.size(),
        differences,
        remark);
  }
}
