package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.gpuworker.representation.Representer.Unusable;
import io.sluice.gpuworker.worker.RecordReader.Content;
import io.sluice.gpuworker.worker.RecordReader.Valued;
import io.sluice.gpuworker.worker.Verdict.Meaning;
import io.sluice.gpuworker.worker.Verdict.Publish;
import io.sluice.gpuworker.worker.Verdict.Reject;
import io.sluice.gpuworker.worker.WorkerMetrics.Step;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Query;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.validation.TargetTaskRules;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Turns each target task that uses this deployment's representation, itself or for one of its arms,
 * into one query representation per query, and retracts those of its earlier revisions.
 *
 * <p>All or nothing: a task with an unusable query becomes a dead letter, since a subset that was
 * selected for some of the queries could not be told from one that was selected for all of them.
 */
final class TaskStage implements Stage {
  private final RecordReader<TargetTask> reader;
  private final Representer representer;
  private final OutputRecords outputs;
  private final PublishedQueries published;
  private final RevisionsPutAgain putAgain;
  private final String representationId;
  private final WorkerMetrics metrics;

  TaskStage(
      RecordReader<TargetTask> reader,
      Representer representer,
      OutputRecords outputs,
      PublishedQueries published,
      RevisionsPutAgain putAgain,
      String representationId,
      WorkerMetrics metrics) {
    this.reader = reader;
    this.representer = representer;
    this.outputs = outputs;
    this.published = published;
    this.putAgain = putAgain;
    this.representationId = representationId;
    this.metrics = metrics;
  }

  /** Of several records of one task only the last is represented: it replaces the others. */
  @Override
  public List<Verdict> decide(List<ConsumerRecord<byte[], byte[]>> records) {
    List<Content<TargetTask>> contents =
        metrics.time(Step.DECODE, () -> records.stream().map(reader::read).toList());
    Map<String, Integer> last = new HashMap<>();
    for (int i = 0; i < records.size(); i++) {
      int index = i;
      keyOf(contents.get(i)).ifPresent(key -> last.put(key, index));
    }
    List<Verdict> verdicts = new ArrayList<>(records.size());
    for (int i = 0; i < records.size(); i++) {
      Optional<String> key = keyOf(contents.get(i));
      boolean replaced = key.isPresent() && last.get(key.get()) > i;
      verdicts.add(
          replaced ? passed(records.get(i), List.of()) : decide(records.get(i), contents.get(i)));
    }
    return verdicts;
  }

  /** True: the queries of earlier revisions, which it retracts, are read from their topic. */
  @Override
  public boolean readsWhatItPublished() {
    return true;
  }

  private static Optional<String> keyOf(Content<TargetTask> content) {
    return content.match(
        valued -> Optional.of(valued.key()),
        tombstone -> Optional.of(tombstone.key()),
        unreadable -> Optional.empty());
  }

  private Verdict decide(ConsumerRecord<byte[], byte[]> record, Content<TargetTask> content) {
    return content.match(
        valued -> decide(record, valued),
        tombstone -> passed(record, retractionsOfRemoved(tombstone.key(), record.offset())),
        unreadable -> new Reject(record, unreadable.fault(), unreadable.reason()));
  }

  private Verdict decide(ConsumerRecord<byte[], byte[]> record, Valued<TargetTask> valued) {
    TargetTask task = valued.value();
    if (!valued.key().equals(task.getTaskId())) {
      return new Reject(
          record, Fault.INVALID, "the record's key is not the task's id: they must be equal");
    }
    List<String> problems = TargetTaskRules.problems(task);
    if (!problems.isEmpty()) {
      return task.getRepresentationId().equals(representationId)
          ? new Reject(record, Fault.INVALID, String.join("; ", problems))
          : passed(record, retractions(task.getTaskId(), task.getRevision()));
    }
    return Companions.represented(task, representationId)
        .map(represented -> represent(record, represented))
        .orElseGet(() -> passed(record, retractions(task.getTaskId(), task.getRevision())));
  }

  private static Verdict passed(
      ConsumerRecord<byte[], byte[]> record, List<ProducerRecord<byte[], byte[]>> retractions) {
    return new Publish(record, retractions, Meaning.TASK_PASSED, 0);
  }

  private Verdict represent(ConsumerRecord<byte[], byte[]> record, TargetTask task) {
    List<Query> queries = task.getQueries();
    LengthOrder order = LengthOrder.of(queries, Query::getMessages);
    List<Outcome> outcomes =
        metrics.time(Step.REPRESENT, () -> order.undo(representer.queries(order.apply(queries))));
    return metrics.time(Step.ENCODE, () -> verdict(record, task, outcomes));
  }

  private Verdict verdict(
      ConsumerRecord<byte[], byte[]> record, TargetTask task, List<Outcome> outcomes) {
    List<Query> queries = task.getQueries();
    long tokens = 0;
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(queries.size());
    for (int i = 0; i < queries.size(); i++) {
      if (outcomes.get(i) instanceof Unusable unusable) {
        return unusable(record, queries, i, unusable.reason());
      }
      Represented represented = (Represented) outcomes.get(i);
      tokens += represented.tokens();
      try {
        records.add(queryRepresentation(task, i, represented));
      } catch (IllegalArgumentException e) {
        return unusable(record, queries, i, e.getMessage());
      }
    }
    records.addAll(retractions(Companions.taskId(task.getTaskId()), task.getRevision()));
    return new Publish(record, records, Meaning.TASK_REPRESENTED, tokens);
  }

  /** Retracts the queries of earlier revisions, of which the first one has none. */
  private List<ProducerRecord<byte[], byte[]>> retractions(String taskId, int beforeRevision) {
    return beforeRevision <= 1
        ? List.of()
        : retractions(published.of(taskId).stream(), beforeRevision);
  }

  /**
   * Retracts the queries of a task that was removed. If the task has been put again, workers that
   * are faster than this one may have published queries of its new revision. These must stay, since
   * nobody would publish them again. Published queries are read before the revisions: whoever has
   * published a query had read its revision by then, so that it is found.
   */
  private List<ProducerRecord<byte[], byte[]>> retractionsOfRemoved(String taskId, long removal) {
    List<QueryRepresentationKey> queries = published.of(taskId);
    return queries.isEmpty()
        ? List.of()
        : retractions(queries.stream(), putAgain.after(taskId, removal).orElse(Integer.MAX_VALUE));
  }

  private List<ProducerRecord<byte[], byte[]>> retractions(
      Stream<QueryRepresentationKey> queries, int beforeRevision) {
    return queries
        .filter(key -> key.getRevision() < beforeRevision)
        .map(outputs::queryRetraction)
        .toList();
  }

  private static Verdict unusable(
      ConsumerRecord<byte[], byte[]> record, List<Query> queries, int index, String reason) {
    return new Reject(
        record,
        Fault.UNREPRESENTABLE,
        "query " + (index + 1) + " ('" + queries.get(index).getId() + "'): " + reason);
  }

  private ProducerRecord<byte[], byte[]> queryRepresentation(
      TargetTask task, int index, Represented represented) {
    ByteBuffer features = FeatureCodec.encode(FeatureEncoding.FLOAT32, represented.rows());
    List<Float> weights = new ArrayList<>();
    for (float weight : representer.checkpointWeights()) {
      weights.add(weight);
    }
    return outputs.queryRepresentation(
        QueryRepresentation.newBuilder()
            .setTaskId(task.getTaskId())
            .setRevision(task.getRevision())
            .setQueryIndex(index)
            .setRepresentationId(representationId)
            .setFingerprint(representer.fingerprint())
            .setTextForm(representer.textForm())
            .setTokenizer(representer.tokenizer())
            .setDimension(representer.dimension())
            .setCheckpointWeights(weights)
            .setFeatures(features)
            .build());
  }
}
