package io.sluice.local.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/** Writes steps to topics with an idempotent producer that outlasts outages of the broker. */
final class StepWriter implements AutoCloseable {
  private static final String PATIENCE_MILLIS = "600000";

  private final Topics topics = Topics.withDefaultPrefix();
  private final int shards;
  private final Serializer<RepresentationKey> representationKeys;
  private final Serializer<Representation> representations;
  private final Serializer<TargetTask> tasks;
  private final Serializer<QueryRepresentationKey> queryKeys;
  private final Serializer<QueryRepresentation> queries;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<RecordMetadata>> unacknowledged = new ArrayList<>();
  private long shiftMillis;

  StepWriter(Connection connection, int shards) {
    AvroSerdes avro = connection.serdes();
    this.shards = shards;
    this.representationKeys = avro.<RepresentationKey>key().serializer();
    this.representations = avro.<Representation>value().serializer();
    this.tasks = avro.<TargetTask>value().serializer();
    this.queryKeys = avro.<QueryRepresentationKey>key().serializer();
    this.queries = avro.<QueryRepresentation>value().serializer();
    this.producer =
        new KafkaProducer<>(
            connection.client(
                Map.of(
                    "acks",
                    "all",
                    "enable.idempotence",
                    "true",
                    "delivery.timeout.ms",
                    PATIENCE_MILLIS,
                    "max.block.ms",
                    PATIENCE_MILLIS)),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Lets the timestamps of further records differ from the time. */
  void shiftTimestamps(long millis) {
    shiftMillis = millis;
  }

  void write(Step step) {
    if (step instanceof Step.Arrive arrive) {
      for (String representationId : Vectors.REPRESENTATIONS) {
        byte[] value =
            representations.serialize(
                topics.representations(),
                Vectors.candidate(representationId, arrive.candidateId(), arrive.version()));
        sendRepresentation(representationId, arrive.candidateId(), Optional.of(value));
      }
    } else if (step instanceof Step.Retract retract) {
      for (String representationId : Vectors.REPRESENTATIONS) {
        sendRepresentation(representationId, retract.candidateId(), Optional.empty());
      }
    } else if (step instanceof Step.Spoil spoil) {
      byte[] value = ("not a representation of " + spoil.candidateId()).getBytes(UTF_8);
      for (String representationId : Vectors.REPRESENTATIONS) {
        sendRepresentation(representationId, spoil.candidateId(), Optional.of(value));
      }
    } else if (step instanceof Step.Define define) {
      String id = define.task().getTaskId();
      sendTask(id, Optional.of(tasks.serialize(topics.targetTasks(), define.task())));
    } else if (step instanceof Step.Remove remove) {
      sendTask(remove.taskId(), Optional.empty());
    } else if (step instanceof Step.Represent represent) {
      sendQuery(
          represent.task().getTaskId(),
          represent.task().getRevision(),
          represent.query(),
          Optional.of(
              queries.serialize(
                  topics.queryRepresentations(),
                  Vectors.query(represent.task(), represent.query()))));
    } else if (step instanceof Step.Forget forget) {
      sendQuery(forget.taskId(), forget.revision(), forget.query(), Optional.empty());
    }
  }

  /**
   * Waits until all records are acknowledged.
   *
   * @throws ExecutionException when a record could not be written
   */
  void await() throws ExecutionException, InterruptedException {
    producer.flush();
    for (Future<RecordMetadata> record : unacknowledged) {
      record.get();
    }
    unacknowledged.clear();
  }

  @Override
  public void close() {
    producer.close();
  }

  private void sendRepresentation(
      String representationId, String candidateId, Optional<byte[]> value) {
    String topic = topics.representations();
    byte[] key =
        representationKeys.serialize(topic, new RepresentationKey(representationId, candidateId));
    int shard = KeyPartitions.partitionFor(candidateId, shards);
    send(new ProducerRecord<>(topic, shard, timestamp(), key, value.orElse(null)));
  }

  private void sendTask(String id, Optional<byte[]> value) {
    String topic = topics.targetTasks();
    byte[] key = Serdes.String().serializer().serialize(topic, id);
    send(new ProducerRecord<>(topic, null, timestamp(), key, value.orElse(null)));
  }

  private void sendQuery(String taskId, int revision, int index, Optional<byte[]> value) {
    String topic = topics.queryRepresentations();
    byte[] key = queryKeys.serialize(topic, new QueryRepresentationKey(taskId, revision, index));
    send(new ProducerRecord<>(topic, null, timestamp(), key, value.orElse(null)));
  }

  private long timestamp() {
    return System.currentTimeMillis() + shiftMillis;
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    unacknowledged.add(producer.send(record));
  }
}
