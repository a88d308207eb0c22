package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.streams.exactlyonce.MainConsumers;
import io.sluice.streams.exactlyonce.Start;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that no record is left out when Kafka Streams closes a task because of a failure and its
 * group is rebalanced before the task is set up again. Without {@link Start}, Kafka Streams 4.2.2
 * leaves out those that its consumer had fetched.
 */
@ExtendWith(KafkaFixture.class)
class ClosedTaskTest {
  private static final String INPUT = "closed-task-input";
  private static final String OUTPUT = "closed-task-output";
  private static final int RECORDS = 3_000;

  private static final Duration ALL_PASSED_WITHIN = Duration.ofMinutes(5);

  /** Records at which the task fails, so that each failure finds many fetched records behind it. */
  private static final Set<Integer> FAILS_AT = Set.of(150, 700, 1_300, 1_900, 2_600);

  @Test
  void givenATaskThatFails_whenItsGroupIsRebalancedBeforeItIsSetUpAgain_thenNoRecordIsLeftOut(
      TestKafka kafka, @TempDir Path state) throws Exception {
    try (Admin admin = kafka.admin()) {
      admin
          .createTopics(
              List.of(new NewTopic(INPUT, 1, (short) 1), new NewTopic(OUTPUT, 1, (short) 1)))
          .all()
          .get();
    }
    send(kafka);
    RebalancingClients clients = new RebalancingClients();
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(INPUT, Consumed.with(Serdes.Integer(), Serdes.Integer()))
        .process(Start.of(INPUT, clients.consumers))
        .process(() -> new FailingOnce(clients))
        .to(OUTPUT, Produced.with(Serdes.Integer(), Serdes.Integer()));

    List<Integer> passed;
    try (KafkaStreams streams =
        new KafkaStreams(builder.build(), settings(kafka, state), clients)) {
      streams.start();
      passed = readToLast(kafka);
    }

    assertThat(clients.failed).as("failures provoked").isEqualTo(FAILS_AT);
    // Kafka Streams commits what the task had sent before it failed, so that some come twice.
    assertThat(new TreeSet<>(passed))
        .isEqualTo(
            IntStream.range(0, RECORDS).boxed().collect(Collectors.toCollection(TreeSet::new)));
  }

  private static void send(TestKafka kafka) {
    try (Producer<Integer, Integer> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new IntegerSerializer(),
            new IntegerSerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        producer.send(new ProducerRecord<>(INPUT, i, i));
      }
    }
  }

  private static Properties settings(TestKafka kafka, Path state) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "closed-task-" + UUID.randomUUID());
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
    settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    return settings;
  }

  /** Reads the output until the last record has come through, which it does not if it is lost. */
  private static List<Integer> readToLast(TestKafka kafka) {
    List<Integer> passed = new ArrayList<>();
    try (Consumer<Integer, Integer> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest"),
            new IntegerDeserializer(),
            new IntegerDeserializer())) {
      consumer.assign(List.of(new TopicPartition(OUTPUT, 0)));
      Instant deadline = Instant.now().plus(ALL_PASSED_WITHIN);
      while (!passed.contains(RECORDS - 1) && Instant.now().isBefore(deadline)) {
        consumer.poll(Duration.ofSeconds(1)).forEach(each -> passed.add(each.value()));
      }
    }
    return passed;
  }

  /** Fails once at each of some records, and asks for a rebalance right before. */
  private static final class FailingOnce
      extends ContextualProcessor<Integer, Integer, Integer, Integer> {
    private final RebalancingClients clients;

    FailingOnce(RebalancingClients clients) {
      this.clients = clients;
    }

    @Override
    public void process(Record<Integer, Integer> record) {
      if (FAILS_AT.contains(record.value()) && clients.failed.add(record.value())) {
        clients.rebalance();
        throw new TaskCorruptedException(Set.of(context().taskId()));
      }
      context().forward(record);
    }
  }

  /** The clients of the service, whose group can be made to rebalance. */
  private static final class RebalancingClients implements KafkaClientSupplier {
    final MainConsumers consumers = new MainConsumers();
    final Set<Integer> failed = ConcurrentHashMap.newKeySet();
    private final List<Consumer<byte[], byte[]>> created = new ArrayList<>();

    void rebalance() {
      created.get(0).enforceRebalance("provoked");
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> settings) {
      Consumer<byte[], byte[]> consumer = consumers.getConsumer(settings);
      created.add(consumer);
      return consumer;
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> settings) {
      return consumers.getRestoreConsumer(settings);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> settings) {
      return consumers.getGlobalConsumer(settings);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> settings) {
      return consumers.getProducer(settings);
    }

    @Override
    public Admin getAdmin(Map<String, Object> settings) {
      return consumers.getAdmin(settings);
    }
  }
}
