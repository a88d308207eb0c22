package io.sluice.gpuworker.trainer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.gpuworker.job.JobControl;
import io.sluice.gpuworker.job.JobOutcome;
import io.sluice.gpuworker.launch.FrozenJobFixture;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.JobState;
import io.sluice.schemas.deadletter.DeadLetters;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A trainer's loop that has joined its group, on mock clients. A test turns the loop and decides
 * when the work on a job ends. The records of a partition reach the group's consumer and those of
 * the watches that follow a job.
 */
final class TrainerLoopFixture implements AutoCloseable {
  static final TopicPartition FIRST = new TopicPartition("jobs", 0);
  static final TopicPartition SECOND = new TopicPartition("jobs", 1);
  static final long REPORT_NANOS = 1_000;

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://trainer-loop");
  private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
  private final List<MockConsumer<byte[], byte[]>> watching = new ArrayList<>();
  private final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
  private final ExecutorService working = Executors.newSingleThreadExecutor();
  private final BlockingQueue<JobControl> controls = new LinkedBlockingQueue<>();
  private final BlockingQueue<Supplier<JobOutcome>> outcomes = new LinkedBlockingQueue<>();
  private int begun;
  private int ended;
  final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final List<FineTuneJob> worked = new CopyOnWriteArrayList<>();
  long now;
  Optional<KafkaException> producersFail = Optional.empty();
  final TrainerLoop loop = loop();

  TrainerLoopFixture() {
    consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    loop.subscribe();
    consumer.rebalance(List.of(FIRST, SECOND));
  }

  private TrainerLoop loop() {
    RecordValues<FineTuneJob> values = new RecordValues<>(FineTuneJob.class, serdes);
    NewestRecords newest = new NewestRecords(values);
    TrainerMetrics metrics = new TrainerMetrics(meters);
    JobReporter reporter =
        new JobReporter(
            new JobReports(
                "results",
                serdes.<FineTuneResult>value().serializer(),
                new DeadLetters("letters", "train"),
                RecordLimit.byDefault(),
                this::producer,
                consumer::groupMetadata),
            new ReportRecords(
                "t1",
                Duration.ofSeconds(30),
                Clock.fixed(Instant.ofEpochMilli(5000), ZoneOffset.UTC),
                new ReportBound(RecordLimit.byDefault())),
            Duration.ofNanos(REPORT_NANOS),
            () -> now);
    return new TrainerLoop(
        new JobQueue(
            FIRST.topic(),
            consumer,
            values,
            newest,
            (record, job) -> new JobWatch(watch(record), record, job, values, newest),
            reporter::reportUnusable,
            metrics),
        new JobWorker(
            task -> {
              begun++;
              working.execute(task);
            },
            this::workOn,
            Duration.ZERO),
        reporter,
        metrics,
        new ServiceHealth(System::nanoTime, Duration.ofMinutes(5)));
  }

  private JobOutcome workOn(FineTuneJob job, JobControl control) {
    worked.add(job);
    controls.add(control);
    try {
      return outcomes.take().get();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private MockConsumer<byte[], byte[]> watch(ConsumerRecord<byte[], byte[]> from) {
    TopicPartition partition = new TopicPartition(from.topic(), from.partition());
    MockConsumer<byte[], byte[]> watch = new MockConsumer<>("earliest");
    List<ConsumerRecord<byte[], byte[]>> records = log.getOrDefault(partition, List.of());
    watch.updateBeginningOffsets(Map.of(partition, 0L));
    watch.updateEndOffsets(Map.of(partition, (long) records.size()));
    watch.schedulePollTask(
        () ->
            records.stream()
                .filter(record -> record.offset() > from.offset())
                .forEach(watch::addRecord));
    watching.add(watch);
    return watch;
  }

  private MockProducer<byte[], byte[]> producer() {
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(
            Cluster.empty(), true, null, new ByteArraySerializer(), new ByteArraySerializer());
    producersFail.ifPresent(failure -> producer.commitTransactionException = failure);
    producers.add(producer);
    return producer;
  }

  /** Has each poll of the group's consumer return so many records at most. */
  void pollAtMost(int records) {
    consumer.setMaxPollRecords(records);
  }

  /** Appends a job to a partition. */
  void put(TopicPartition partition, FineTuneJob job) {
    put(partition, job.getJobId(), job);
  }

  /** Appends a job under a key. */
  void put(TopicPartition partition, String key, FineTuneJob job) {
    put(partition, key.getBytes(StandardCharsets.UTF_8), encoded(job));
  }

  byte[] encoded(FineTuneJob job) {
    return serdes.<FineTuneJob>value().serializer().serialize(FIRST.topic(), job);
  }

  /** Appends a record of any bytes to a partition. */
  void put(TopicPartition partition, byte[] key, byte[] value) {
    List<ConsumerRecord<byte[], byte[]>> records =
        log.computeIfAbsent(partition, unused -> new ArrayList<>());
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(partition.topic(), partition.partition(), records.size(), key, value);
    records.add(record);
    if (consumer.assignment().contains(partition)) {
      consumer.addRecord(record);
    }
    watching.stream()
        .filter(watch -> !watch.closed() && watch.assignment().contains(partition))
        .forEach(watch -> watch.addRecord(record));
  }

  static FineTuneJob job(String id) {
    return FrozenJobFixture.job(id).job();
  }

  static FineTuneJob in(JobState state, FineTuneJob job) {
    return FineTuneJob.newBuilder(job).setState(state).setDetail("said so").build();
  }

  void turns(int count) {
    for (int i = 0; i < count; i++) {
      loop.turn();
    }
  }

  /** Whether a job is being worked on. */
  boolean isBegun() {
    return begun > ended;
  }

  /** The control of the work that was begun last. */
  JobControl control() throws InterruptedException {
    JobControl control = controls.poll(20, TimeUnit.SECONDS);
    if (control == null) {
      throw new AssertionError("no job is being worked on");
    }
    return control;
  }

  /** Ends the work that was begun last; returns when the loop can see its outcome. */
  void endWork(JobOutcome outcome) throws Exception {
    end(() -> outcome);
  }

  /** Has the work that was begun last fail; returns when the loop can see it. */
  void failWork(RuntimeException failure) throws Exception {
    end(
        () -> {
          throw failure;
        });
  }

  private void end(Supplier<JobOutcome> outcome) throws Exception {
    ended++;
    outcomes.add(outcome);
    working.submit(() -> {}).get(20, TimeUnit.SECONDS);
  }

  /** How many watches were opened. */
  int watchesOpened() {
    return watching.size();
  }

  /** Whether a watch is still open. */
  boolean isWatching() {
    return watching.stream().anyMatch(watch -> !watch.closed());
  }

  /** The reports whose transactions were committed. */
  List<FineTuneResult> reports() {
    return sent("results").stream()
        .map(ProducerRecord::value)
        .map(value -> serdes.<FineTuneResult>value().deserializer().deserialize("results", value))
        .toList();
  }

  /** The dead letters whose transactions were committed. */
  List<ProducerRecord<byte[], byte[]>> letters() {
    return sent("letters");
  }

  private List<ProducerRecord<byte[], byte[]>> sent(String topic) {
    return producers.stream()
        .flatMap(producer -> producer.history().stream())
        .filter(record -> record.topic().equals(topic))
        .toList();
  }

  /** The offsets that were committed in the transactions of reports, in order. */
  List<Map<TopicPartition, OffsetAndMetadata>> offsets() {
    return producers.stream()
        .flatMap(producer -> producer.consumerGroupOffsetsHistory().stream())
        .flatMap(groups -> groups.values().stream())
        .toList();
  }

  /** The offset that the consumer itself has committed for a partition; 0 for none. */
  long committed(TopicPartition partition) {
    OffsetAndMetadata offset = consumer.committed(Set.of(partition)).get(partition);
    return offset == null ? 0 : offset.offset();
  }

  @Override
  public void close() {
    working.shutdownNow();
  }

  double count(String outcome) {
    return meters.get("sluice.trainer.jobs").tag("outcome", outcome).counter().count();
  }
}
