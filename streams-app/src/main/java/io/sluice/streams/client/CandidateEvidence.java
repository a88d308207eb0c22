package io.sluice.streams.client;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.streams.audit.Evidence;
import io.sluice.streams.audit.Explanation.State;
import io.sluice.streams.nominate.JudgedCandidate;
import io.sluice.streams.nominate.PoolScoring;
import io.sluice.streams.nominate.ScoredPool;
import io.sluice.streams.rules.CandidateFacts;
import io.sluice.streams.rules.TaskRules;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.BatchOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Finds out from the topics alone what has become of a candidate for a task.
 *
 * <p>Every representation is read, and mostly those of the candidate are used alone. The whole pool
 * is scored only if its other candidates count: for the lowest id of a content, and for the
 * neighbourhoods of KNN-uniform. Not thread-safe.
 */
public final class CandidateEvidence {
  private final KafkaAccess kafka;
  private final RepresentedPools pools;
  private final SentCandidates sent;
  private final String topic;
  private final Deserializer<RepresentationKey> keys;
  private final Deserializer<Representation> values;

  /**
   * Creates a client; every call reads the topics anew.
   *
   * @param progress shows how far each reading has come
   */
  public CandidateEvidence(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.pools = new RepresentedPools(kafka, progress);
    this.sent = new SentCandidates(kafka, progress);
    this.topic = kafka.topics().representations();
    this.keys = kafka.serdes().key(RepresentationKey.class).deserializer();
    this.values = kafka.serdes().value(Representation.class).deserializer();
  }

  /**
   * Finds out about a candidate.
   *
   * @throws IllegalArgumentException when the task's queries are not represented yet
   */
  public Evidence find(TargetTask task, String candidateId) {
    PoolScoring scoring = pools.scoring(task);
    boolean whole = isWholePoolNeeded(task);
    Map<String, ConsumerRecord<byte[], byte[]>> latest = new TreeMap<>();
    pools.forEachRecord(
        "Representations",
        record -> {
          Optional<String> representationId = representationOf(candidateId, record);
          representationId.ifPresent(id -> latest.put(id, record));
          if (whole || representationId.isPresent()) {
            scoring.accept(record);
          }
        });
    ConsumerRecord<byte[], byte[]> record = latest.get(task.getRepresentationId());
    if (record == null || record.value() == null) {
      latest.values().removeIf(each -> each.value() == null);
      Evidence.Absent absent = sent.unrepresented(task, candidateId, latest.keySet());
      return record == null ? absent : retracted(record, absent);
    }
    return scoring
        .judged(candidateId)
        .map(judged -> judged(task, candidateId, judged, facts(record), scoring))
        .orElseGet(() -> unusable(record, scoring));
  }

  /**
   * What a retracted representation says. A worker also retracts it when it cannot represent the
   * candidate's new content.
   *
   * @param sent what the candidate's own topic says
   */
  private Evidence retracted(ConsumerRecord<byte[], byte[]> record, Evidence.Absent sent) {
    return sent.state() == State.DEAD_LETTER
        ? sent
        : new Evidence.Absent(
            State.RETRACTED,
            "it was retracted (topic %s, partition %d, offset %d)"
                .formatted(topic, record.partition(), record.offset()));
  }

  /**
   * Completes what a shard stores of a candidate. Of the topics, at most one record is read.
   *
   * @param neighbourOf see {@link Evidence.Scored#neighbourOf}
   */
  public Evidence complete(
      TargetTask task, String candidateId, JudgedCandidate judged, int neighbourOf) {
    Optional<CandidateFacts> facts =
        Optional.of(judged)
            .filter(row -> row.offset() >= 0 && (row.leak() || row.reason().isPresent()))
            .flatMap(row -> TopicSnapshot.recordAt(kafka, topic, candidateId, row.offset()))
            .filter(record -> record.value() != null)
            .map(this::facts);
    if (judged.reason().isPresent()) {
      return facts
          .map(each -> leftOut(task, each))
          .orElseGet(() -> new Evidence.LeftOut(List.of(judged.reason().get()), List.of()));
    }
    return new Evidence.Scored(
        judged.scores(),
        judged.content(),
        Optional.empty(),
        neighbourOf,
        facts.map(each -> TaskRules.leaksWith(task, each)).orElse(List.of()));
  }

  /**
   * Whether other candidates of the pool have to be known to explain why a candidate in the pool is
   * not selected.
   */
  public static boolean isWholePoolNeeded(TargetTask task) {
    return task.getRules().getDuplicates() == Duplicates.ONE || isKnnUniform(task);
  }

  private static boolean isKnnUniform(TargetTask task) {
    return Algorithm.parse(task.getAlgorithm()) instanceof Algorithm.KnnUniform;
  }

  /** The representation id of a record if it is of this candidate. */
  private Optional<String> representationOf(
      String candidateId, ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(keys.deserialize(topic, record.key()))
          .filter(key -> key.getCandidateId().equals(candidateId))
          .map(RepresentationKey::getRepresentationId);
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      // Nobody knows of which candidate it is.
      return Optional.empty();
    }
  }

  private CandidateFacts facts(ConsumerRecord<byte[], byte[]> record) {
    return new CandidateFacts(values.deserialize(topic, record.value()));
  }

  private static Evidence judged(
      TargetTask task,
      String candidateId,
      JudgedCandidate judged,
      CandidateFacts facts,
      PoolScoring scoring) {
    if (judged.reason().isPresent()) {
      return leftOut(task, facts);
    }
    ScoredPool pool = scoring.complete();
    return new Evidence.Scored(
        judged.scores(),
        judged.content(),
        pool.members().stream()
            .filter(member -> !judged.content().isEmpty())
            .filter(member -> member.content().equals(judged.content()))
            .map(ScoredPool.Member::id)
            .findFirst(),
        neighbourOf(task, candidateId, judged.content(), pool),
        judged.leak() ? TaskRules.leaksWith(task, facts) : List.of());
  }

  private static Evidence leftOut(TargetTask task, CandidateFacts facts) {
    List<String> reasons = TaskRules.of(task).reasonsAgainst(facts);
    return new Evidence.LeftOut(
        reasons, reasons.contains("leak") ? TaskRules.leaksWith(task, facts) : List.of());
  }

  /** Of contents that count once, the number is that of the member that stands for the content. */
  private static int neighbourOf(
      TargetTask task, String candidateId, String content, ScoredPool pool) {
    if (!isKnnUniform(task)) {
      return 0;
    }
    return BatchOrder.select(
            Algorithm.parse(task.getAlgorithm()),
            pool.rows(),
            pool.members().size(),
            column -> pool.members().get(column).id())
        .stream()
        .filter(
            slot -> {
              ScoredPool.Member member = pool.members().get(slot.id());
              return content.isEmpty()
                  ? member.id().equals(candidateId)
                  : member.content().equals(content);
            })
        .findFirst()
        .map(slot -> slot.neighbourOf())
        .orElse(0);
  }

  private Evidence unusable(ConsumerRecord<byte[], byte[]> record, PoolScoring scoring) {
    String reason = scoring.reasonAgainst(record).orElse("the task cannot use its representation");
    boolean otherFingerprint;
    try {
      otherFingerprint =
          !facts(record).representation().getFingerprint().equals(scoring.fingerprint());
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      otherFingerprint = false;
    }
    return new Evidence.Absent(
        otherFingerprint ? State.OTHER_FINGERPRINT : State.DEAD_LETTER,
        "%s (topic %s, partition %d, offset %d)"
            .formatted(reason, topic, record.partition(), record.offset()));
  }
}
