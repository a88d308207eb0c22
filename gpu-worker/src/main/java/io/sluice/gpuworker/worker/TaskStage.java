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
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Query;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.validation.TargetTaskRules;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Turns each target task of this deployment's representation into one query representation a query.
 *
 * <p>All or nothing: a task with an unusable query is a dead letter, since a subset selected for
 * some of its queries would pass for one selected for all.
 */
final class TaskStage implements Stage {
  private final RecordReader<TargetTask> reader;
  private final Representer representer;
  private final OutputRecords outputs;
  private final String representationId;

  TaskStage(
      RecordReader<TargetTask> reader,
      Representer representer,
      OutputRecords outputs,
      String representationId) {
    this.reader = reader;
    this.representer = representer;
    this.outputs = outputs;
    this.representationId = representationId;
  }

  @Override
  public List<Verdict> decide(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(record -> decide(record, reader.read(record))).toList();
  }

  private Verdict decide(ConsumerRecord<byte[], byte[]> record, Content<TargetTask> content) {
    if (content instanceof Unreadable<TargetTask> unreadable) {
      return new Reject(record, unreadable.reason());
    }
    if (!(content instanceof Valued<TargetTask> valued)) {
      return new Publish(record, List.of(), Meaning.TASK_PASSED);
    }
    TargetTask task = valued.value();
    if (!task.getRepresentationId().equals(representationId)) {
      return new Publish(record, List.of(), Meaning.TASK_PASSED);
    }
    if (!valued.key().equals(task.getTaskId())) {
      return new Reject(record, "the record's key is not the task's id: they must be equal");
    }
    List<String> problems = TargetTaskRules.problems(task);
    return problems.isEmpty()
        ? represent(record, task)
        : new Reject(record, String.join("; ", problems));
  }

  private Verdict represent(ConsumerRecord<byte[], byte[]> record, TargetTask task) {
    List<Query> queries = task.getQueries();
    List<Outcome> outcomes = representer.queries(queries);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(queries.size());
    for (int i = 0; i < queries.size(); i++) {
      if (outcomes.get(i) instanceof Unusable unusable) {
        return unusable(record, queries, i, unusable.reason());
      }
      try {
        records.add(queryRepresentation(task, i, (Represented) outcomes.get(i)));
      } catch (IllegalArgumentException e) {
        return unusable(record, queries, i, e.getMessage());
      }
    }
    return new Publish(record, records, Meaning.TASK_REPRESENTED);
  }

  private static Verdict unusable(
      ConsumerRecord<byte[], byte[]> record, List<Query> queries, int index, String reason) {
    return new Reject(
        record, "query " + (index + 1) + " ('" + queries.get(index).getId() + "'): " + reason);
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
            .setDimension(representer.dimension())
            .setCheckpointWeights(weights)
            .setFeatures(features)
            .build());
  }
}
