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
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Turns candidates into representations, and retracted candidates into retracted representations.
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
        valued -> represented(record, valued.value(), outcomes.next()),
        tombstone ->
            new Publish(
                record,
                List.of(outputs.retraction(representationId, tombstone.key())),
                Meaning.RETRACTED,
                0),
        unreadable -> new Reject(record, unreadable.fault(), unreadable.reason()));
  }

  private Verdict represented(
      ConsumerRecord<byte[], byte[]> record, Candidate candidate, Outcome outcome) {
    if (outcome instanceof Unusable unusable) {
      return new Reject(record, Fault.UNREPRESENTABLE, unusable.reason());
    }
    Represented represented = (Represented) outcome;
    ByteBuffer features;
    try {
      features = FeatureCodec.encode(encoding, represented.rows());
    } catch (IllegalArgumentException e) {
      return new Reject(record, Fault.UNREPRESENTABLE, e.getMessage());
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
            .setCandidate(candidate)
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
   * Turns a candidate that breaks the contract into an unusable one before anything is computed.
   */
  private static Content<Candidate> checked(Content<Candidate> content) {
    if (!(content instanceof Valued<Candidate> valued)) {
      return content;
    }
    Candidate candidate = valued.value();
    if (!valued.key().equals(candidate.getId())) {
      return new Unreadable<>(
          Fault.INVALID, "the record's key is not the candidate's id: they must be equal");
    }
    List<String> problems = CandidateRules.problems(candidate);
    return problems.isEmpty()
        ? content
        : new Unreadable<>(Fault.INVALID, String.join("; ", problems));
  }
}
