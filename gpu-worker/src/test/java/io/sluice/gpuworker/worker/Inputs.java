package io.sluice.gpuworker.worker;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Creates records of the worker's input, as the consumer returns them. */
final class Inputs {
  static final Topics TOPICS = Topics.withDefaultPrefix();
  static final byte[] GARBAGE = "{\"id\": \"json\"}".getBytes(StandardCharsets.UTF_8);

  private final AvroSerdes serdes;

  Inputs(AvroSerdes serdes) {
    this.serdes = serdes;
  }

  static Candidate candidate(String id, String answer) {
    return Candidates.of(
        id, "test", List.of(Messages.of("user", "Say."), Messages.of("assistant", answer)));
  }

  /** A task of representation {@code default} with one query per answer, called q0, q1, ... */
  static TargetTask task(String id, int revision, String... answers) {
    return taskFor("default", id, revision, answers);
  }

  static TargetTask taskFor(String representationId, String id, int revision, String... answers) {
    List<Query> queries =
        Stream.of(answers)
            .map(
                answer ->
                    Queries.of(
                        "q" + List.of(answers).indexOf(answer),
                        List.of(Messages.of("user", "Say."), Messages.of("assistant", answer))))
            .toList();
    return TargetTask.newBuilder()
        .setTaskId(id)
        .setRevision(revision)
        .setRepresentationId(representationId)
        .setBudgets(List.of(5, 10))
        .setQueries(queries)
        .build();
  }

  ConsumerRecord<byte[], byte[]> candidate(int partition, long offset, String id, String answer) {
    return candidate(partition, offset, id, encoded(TOPICS.candidates(), candidate(id, answer)));
  }

  ConsumerRecord<byte[], byte[]> candidate(int partition, long offset, String key, byte[] value) {
    return record(TOPICS.candidates(), partition, offset, key, value);
  }

  ConsumerRecord<byte[], byte[]> task(long offset, TargetTask task) {
    return record(
        TOPICS.targetTasks(), 0, offset, task.getTaskId(), encoded(TOPICS.targetTasks(), task));
  }

  byte[] encoded(String topic, SpecificRecord value) {
    return serdes.value().serializer().serialize(topic, value);
  }

  static ConsumerRecord<byte[], byte[]> record(
      String topic, int partition, long offset, String key, byte[] value) {
    return new ConsumerRecord<>(
        topic, partition, offset, key.getBytes(StandardCharsets.UTF_8), value);
  }
}
