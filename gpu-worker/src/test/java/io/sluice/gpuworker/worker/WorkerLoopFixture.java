package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.gpuworker.testing.FakeRepresenter;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.deadletter.DeadLetters;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A worker's loop that has joined its group, on mock clients. A test turns the loop and decides
 * when a batch is computed.
 */
final class WorkerLoopFixture {
  static final TopicPartition FIRST = new TopicPartition(TOPICS.candidates(), 0);
  static final TopicPartition SECOND = new TopicPartition(TOPICS.candidates(), 1);
  static final TopicPartition TASKS = new TopicPartition(TOPICS.targetTasks(), 0);

  /** The largest number of records in a batch. */
  static final int BATCH = 3;

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://worker-loop");
  private final Queue<Runnable> toCompute = new ArrayDeque<>();
  final Inputs inputs = new Inputs(serdes);
  final Outputs outputs = new Outputs(serdes);
  final CommitsChecked consumer = new CommitsChecked();
  final Refusing producer = new Refusing();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final WorkerMetrics metrics = new WorkerMetrics(meters, System::nanoTime);
  final ServiceHealth health = new ServiceHealth(System::nanoTime, Duration.ofMinutes(5));
  final WorkerLoop loop = loop();

  WorkerLoopFixture() {
    consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L, TASKS, 0L));
    loop.subscribe();
    consumer.rebalance(List.of(FIRST, SECOND, TASKS));
  }

  private WorkerLoop loop() {
    OutputRecords records = new OutputRecords(TOPICS, topic -> 1, serdes);
    FakeRepresenter representer = new FakeRepresenter();
    Stage tasks =
        new TaskStage(
            new RecordReader<>(TargetTask.class, serdes),
            representer,
            records,
            taskId -> List.of(),
            (taskId, removal) -> OptionalInt.empty(),
            "default",
            metrics);
    Stage candidates =
        new CandidateStage(
            new RecordReader<>(Candidate.class, serdes),
            representer,
            records,
            "default",
            FeatureEncoding.INT8,
            metrics);
    return new WorkerLoop(
        consumer,
        new Publisher(producer, new DeadLetters(TOPICS.deadLetters(), "represent"), metrics),
        toCompute::add,
        List.of(
            new TopicQueue(TOPICS.targetTasks(), tasks, BATCH),
            new TopicQueue(TOPICS.candidates(), candidates, BATCH)),
        metrics,
        health);
  }

  void compute() {
    toCompute.remove().run();
  }

  /** Turns the loop and computes batches until nothing is left to do. */
  void computeAll() {
    int quiet = 0;
    while (quiet < 3) {
      if (toCompute.isEmpty()) {
        quiet++;
      } else {
        compute();
        quiet = 0;
      }
      loop.turn();
    }
  }

  List<String> represented() {
    return Outputs.of(TOPICS.representations(), producer.history()).stream()
        .filter(record -> record.value() != null)
        .map(record -> outputs.representation(record).getCandidate().getId())
        .toList();
  }

  List<String> retracted() {
    return Outputs.of(TOPICS.representations(), producer.history()).stream()
        .filter(record -> record.value() == null)
        .map(record -> outputs.representationKey(record).getCandidateId())
        .toList();
  }

  List<ProducerRecord<byte[], byte[]>> letters() {
    return Outputs.of(TOPICS.deadLetters(), producer.history());
  }

  /** What was published for candidates, in order: their ids, and what became of them. */
  List<String> outcomesInOrder() {
    return producer.history().stream().map(this::outcome).toList();
  }

  private String outcome(ProducerRecord<byte[], byte[]> record) {
    if (record.topic().equals(TOPICS.deadLetters())) {
      return Outputs.key(record) + " dead letter";
    }
    return outputs.representationKey(record).getCandidateId()
        + (record.value() == null ? " retracted" : "");
  }

  Map<TopicPartition, Long> committed() {
    return consumer.committedOffsets;
  }

  /** The number of batches that were started and are not computed yet. */
  int begun() {
    return toCompute.size();
  }

  /** Checks at each commit that all records before the offset have a published result. */
  final class CommitsChecked extends MockConsumer<byte[], byte[]> {
    private final List<ConsumerRecord<byte[], byte[]>> given = new ArrayList<>();
    private final Map<TopicPartition, Long> committedOffsets = new HashMap<>();
    int polls;
    boolean failNextCommit;

    CommitsChecked() {
      super("earliest");
    }

    @Override
    public synchronized void addRecord(ConsumerRecord<byte[], byte[]> record) {
      given.add(record);
      super.addRecord(record);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      polls++;
      return super.poll(timeout);
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
      if (failNextCommit) {
        failNextCommit = false;
        throw new RebalanceInProgressException("rebalancing");
      }
      offsets.forEach(this::check);
      super.commitSync(offsets);
      offsets.forEach((partition, offset) -> committedOffsets.put(partition, offset.offset()));
    }

    private void check(TopicPartition partition, OffsetAndMetadata offset) {
      assertThat(given)
          .filteredOn(record -> TopicQueue.partitionOf(record).equals(partition))
          .filteredOn(record -> record.offset() < offset.offset())
          .allMatch(this::hasResult, "has a published result before its offset is committed");
    }

    private boolean hasResult(ConsumerRecord<byte[], byte[]> given) {
      String key = new String(given.key(), StandardCharsets.UTF_8);
      return producer.history().stream()
          .anyMatch(
              result ->
                  result.topic().equals(TOPICS.representations())
                          && outputs.representationKey(result).getCandidateId().equals(key)
                      || result.topic().equals(TOPICS.queryRepresentations())
                          && outputs.queryKey(result).getTaskId().equals(key)
                      || result.topic().equals(TOPICS.deadLetters())
                          && Outputs.key(result).equals(key));
    }
  }

  /** A producer whose broker refuses some records, by {@link #refusal}. */
  static final class Refusing extends MockProducer<byte[], byte[]> {
    Function<ProducerRecord<byte[], byte[]>, RuntimeException> refusal = record -> null;

    Refusing() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
      return send(record, null);
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      RuntimeException refused = refusal.apply(record);
      return refused == null
          ? super.send(record, callback)
          : CompletableFuture.failedFuture(refused);
    }
  }
}
