package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.gpuworker.representation.Representer.Unusable;
import io.sluice.gpuworker.worker.RecordReader.Content;
import io.sluice.gpuworker.worker.RecordReader.Unreadable;
import io.sluice.gpuworker.worker.RecordReader.Valued;
import io.sluice.gpuworker.worker.Verdict.Meaning;
import io.sluice.gpuworker.worker.Verdict.Publish;
import io.sluice.gpuworker.worker.Verdict.Reject;
import io.sluice.gpuworker.worker.WorkerMetrics.Step;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Representation;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.validation.CandidateRules;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Turns candidates into representations, and retracted candidates into retracted representations.
 * Only the last content of a candidate counts: when that cannot be represented, the representation
 * of an earlier one is retracted as well.
 */
final class CandidateStage implements Stage {
  private final RecordReader<Candidate> reader;
  private final Representer representer;
  private final OutputRecords outputs;
  private final String representationId;
  private final FeatureEncoding encoding;
  private final WorkerMetrics metrics;

  CandidateStage(
      RecordReader<Candidate> reader,
      Representer representer,
      OutputRecords outputs,
      String representationId,
      FeatureEncoding encoding,
      WorkerMetrics metrics) {
    this.reader = reader;
    this.representer = representer;
    this.outputs = outputs;
    this.representationId = representationId;
    this.encoding = encoding;
    this.metrics = metrics;
  }

  @Override
  public List<Verdict> decide(List<ConsumerRecord<byte[], byte[]>> records) {
    metrics.countCandidatesSeen(records.size());
    List<Content<Candidate>> contents =
        metrics.time(
            Step.DECODE,
            () -> records.stream().map(record -> checked(reader.read(record))).toList());
    List<Outcome> outcomes = metrics.time(Step.REPRESENT, () -> represent(contents));
    return metrics.time(Step.ENCODE, () -> verdicts(records, contents, outcomes.iterator()));
  }

  private List<Verdict> verdicts(
      List<ConsumerRecord<byte[], byte[]>> records,
      List<Content<Candidate>> contents,
      Iterator<Outcome> outcomes) {
    List<Verdict> verdicts = new ArrayList<>(records.size());
    for (int i = 0; i < records.size(); i++) {
      verdicts.add(verdict(records.get(i), contents.get(i), outcomes));
    }
    return verdicts;
  }

  @Override
  public boolean readsWhatItPublished() {
    return false;
  }

  private List<Outcome> represent(List<Content<Candidate>> contents) {
    List<Candidate> candidates = new ArrayList<>();
    for (Content<Candidate> content : contents) {
      if (content instanceof Valued<Candidate> valued) {
        candidates.add(valued.value());
      }
    }
    if (candidates.isEmpty()) {
      return List.of();
    }
    LengthOrder order = LengthOrder.of(candidates, Candidate::getMessages);
    return order.undo(representer.candidates(order.apply(candidates)));
  }

  private Verdict verdict(
      ConsumerRecord<byte[], byte[]> record,
      Content<Candidate> content,
      Iterator<Outcome> outcomes) {
    return content.match(
        valued -> represented(record, valued, outcomes.next()),
        tombstone ->
            new Publish(
                record,
                List.of(outputs.retraction(representationId, tombstone.key())),
                Meaning.RETRACTED,
                0),
        unreadable -> rejected(record, unreadable.key(), unreadable.fault(), unreadable.reason()));
  }

  private Verdict represented(
      ConsumerRecord<byte[], byte[]> record, Valued<Candidate> valued, Outcome outcome) {
    Optional<String> id = Optional.of(valued.key());
    if (outcome instanceof Unusable unusable) {
      return rejected(record, id, Fault.UNREPRESENTABLE, unusable.reason());
    }
    Represented represented = (Represented) outcome;
    ByteBuffer features;
    try {
      features = FeatureCodec.encode(encoding, represented.rows());
    } catch (IllegalArgumentException e) {
      return rejected(record, id, Fault.UNREPRESENTABLE, e.getMessage());
    }
    Representation representation =
        Representation.newBuilder()
            .setRepresentationId(representationId)
            .setFingerprint(representer.fingerprint())
            .setEncoding(encoding)
            .setDimension(representer.dimension())
            .setCheckpoints(representer.checkpoints())
            .setFeatures(features)
            .setTokens(represented.tokens())
            .setCandidate(valued.value())
            .setUncutTokens(represented.uncutTokens())
            .setTokensHash(represented.tokensHash())
            .setLearntTokens(represented.learntTokens())
            .build();
    return new Publish(
        record,
        List.of(outputs.representation(representation)),
        Meaning.REPRESENTED,
        represented.tokens());
  }

  /**
   * Rejects a record, and retracts what an earlier record has made of its candidate.
   *
   * @param key the record's key; one that cannot be an id has never been represented
   */
  private Reject rejected(
      ConsumerRecord<byte[], byte[]> record, Optional<String> key, Fault fault, String reason) {
    List<ProducerRecord<byte[], byte[]>> retractions =
        key.filter(id -> CandidateRules.idProblems(id).isEmpty()).stream()
            .map(id -> outputs.retraction(representationId, id))
            .toList();
    return new Reject(record, retractions, fault, reason);
  }

  /**
   * Turns a candidate that breaks the contract into an unusable one before anything is computed.
   */
  private static Content<Candidate> checked(Content<Candidate> content) {
    if (!(content instanceof Valued<Candidate> valued)) {
      return content;
    }
    Candidate candidate = valued.value();
    if (!valued.key().equals(candidate.getId())) {
      return new Unreadable<>(
          Optional.of(valued.key()),
          Fault.INVALID,
          "the record's key is not the candidate's id: they must be equal");
    }
    List<String> problems = CandidateRules.problems(candidate);
    return problems.isEmpty()
        ? content
        : new Unreadable<>(Optional.of(valued.key()), Fault.INVALID, String.join("; ", problems));
  }
}
