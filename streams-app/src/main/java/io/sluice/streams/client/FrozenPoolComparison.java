package io.sluice.streams.client;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.streams.audit.Difference;
import io.sluice.streams.audit.ExpectedSubset;
import io.sluice.streams.audit.FrozenPool;
import io.sluice.streams.audit.FrozenSelection;
import io.sluice.streams.client.Verification.Verdict;
import io.sluice.streams.nominate.PoolScoring;
import io.sluice.streams.nominate.ScoredPool;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads a pool as of the offsets that a job names, selects from it again, and compares the result
 * with what the job has frozen. Used once. Not thread-safe.
 */
final class FrozenPoolComparison {
  private final RepresentedPools pools;
  private final FrozenPool frozen;
  private final Deserializer<RepresentationKey> keys;

  /** By candidate id: those with a record below the offsets. */
  private final Set<String> seen = new HashSet<>();

  /** By candidate id: those with a record behind the offsets, and whether the last retracts it. */
  private final Map<String, Boolean> later = new TreeMap<>();

  FrozenPoolComparison(KafkaAccess kafka, RepresentedPools pools, FrozenPool frozen) {
    this.pools = pools;
    this.frozen = frozen;
    this.keys = kafka.serdes().key(RepresentationKey.class).deserializer();
  }

  /**
   * What a pool shows.
   *
   * @param read what was read; empty if nothing of it counts
   * @param differences the examples that differ, or that cannot be verified
   * @param remark why it is undecided; empty otherwise
   */
  record Outcome(
      Verdict verdict,
      Optional<JobVerification.PoolReport> read,
      List<Difference> differences,
      Optional<String> remark) {}

  Outcome compare() {
    PoolScoring scoring;
    try {
      scoring = pools.scoring(frozen.definition());
    } catch (IllegalArgumentException e) {
      return undecided(e.getMessage());
    }
    if (!scoring.fingerprint().equals(frozen.fingerprint())) {
      return undecided(
          "the queries are represented with fingerprint %s now, and were with %s"
              .formatted(scoring.fingerprint(), frozen.fingerprint()));
    }
    if (!isOffsetsOf(pools.forEachRecord("Scores", record -> take(record, scoring)))) {
      return undecided(
          "the topic of representations is not the one that the job was selected from");
    }
    ScoredPool pool = scoring.complete();
    List<ExpectedSubset> expected =
        frozen.selections().stream().map(each -> ExpectedSubset.of(pool, each)).toList();
    List<Difference> gone = gone();
    return gone.isEmpty()
        ? compare(expected)
        : outcome(
            Verdict.UNDECIDED,
            expected,
            gone,
            "%d examples have no record below the offsets any more".formatted(gone.size()));
  }

  private void take(ConsumerRecord<byte[], byte[]> record, PoolScoring scoring) {
    Optional<String> candidate = candidateOf(record);
    List<Long> offsets = frozen.offsets();
    if (record.partition() < offsets.size() && record.offset() < offsets.get(record.partition())) {
      scoring.accept(record);
      candidate.ifPresent(seen::add);
    } else {
      candidate.ifPresent(id -> later.put(id, record.value() == null));
    }
  }

  private Optional<String> candidateOf(ConsumerRecord<byte[], byte[]> record) {
    TargetTask definition = frozen.definition();
    try {
      return Optional.ofNullable(keys.deserialize(record.topic(), record.key()))
          .filter(key -> key.getRepresentationId().equals(definition.getRepresentationId()))
          .map(RepresentationKey::getCandidateId);
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      // Nobody knows of which candidate it is.
      return Optional.empty();
    }
  }

  private boolean isOffsetsOf(SortedMap<Integer, Long> ends) {
    List<Long> offsets = frozen.offsets();
    return ends.size() == offsets.size()
        && IntStream.range(0, offsets.size())
            .allMatch(partition -> ends.getOrDefault(partition, -1L) >= offsets.get(partition));
  }

  /** The examples whose records below the offsets are gone, and why. */
  private List<Difference> gone() {
    return frozen.candidates().stream()
        .filter(id -> !seen.contains(id))
        .map(id -> new Difference(id, whyGone(Optional.ofNullable(later.get(id)))))
        .toList();
  }

  private static String whyGone(Optional<Boolean> retracted) {
    return retracted
        .map(yes -> yes ? "was retracted since" : "was sent again since")
        .orElse("has no record any more: it was retracted since");
  }

  /** Compares each selection of the job with what was selected again in its place. */
  private Outcome compare(List<ExpectedSubset> expected) {
    Set<ScoredPool.Member> members = new HashSet<>();
    expected.forEach(each -> members.addAll(each.members()));
    Map<ScoredPool.Member, Representation> representations =
        pools.find("Examples", members, Function.identity());
    if (representations.size() < members.size()) {
      return undecided("candidates were replaced while the pool was read: try again");
    }
    FineTuneJob job = frozen.job();
    List<Difference> differences = new ArrayList<>();
    boolean isCertain = false;
    for (int i = 0; i < expected.size(); i++) {
      FrozenSelection selection = frozen.selections().get(i);
      List<Difference> found =
          Difference.ofExamples(
              expected.get(i).examples(job, selection, representations::get), selection.examples());
      differences.addAll(found);
      isCertain |= !found.isEmpty() && (unseen() == 0 || !selection.dependsOnWholePool());
    }
    if (differences.isEmpty()) {
      return outcome(Verdict.EQUAL, expected, differences, "");
    }
    return isCertain
        ? outcome(Verdict.DIFFERENT, expected, differences, "")
        : outcome(
            Verdict.UNDECIDED,
            expected,
            differences,
            "with knn-uniform, every candidate of the pool counts, and %d may be missing"
                .formatted(unseen()));
  }

  private int unseen() {
    return (int) later.keySet().stream().filter(id -> !seen.contains(id)).count();
  }

  private Outcome undecided(String remark) {
    return new Outcome(Verdict.UNDECIDED, Optional.empty(), List.of(), Optional.of(inPool(remark)));
  }

  private Outcome outcome(
      Verdict verdict, List<ExpectedSubset> expected, List<Difference> differences, String remark) {
    ExpectedSubset any = expected.get(0);
    JobVerification.PoolReport read =
        new JobVerification.PoolReport(frozen, any.poolSize(), any.poolChecksum(), unseen());
    return new Outcome(
        verdict,
        Optional.of(read),
        differences,
        Optional.of(remark).filter(text -> !text.isEmpty()).map(this::inPool));
  }

  /** Names the arms that a remark is about, if they have a pool of their own. */
  private String inPool(String remark) {
    FineTuneJob job = frozen.job();
    TargetTask definition = frozen.definition();
    return definition.getRepresentationId().equals(job.getRepresentationId())
        ? remark
        : "of arm %s: %s".formatted(String.join(", ", frozen.arms()), remark);
  }
}
