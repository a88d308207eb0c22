package io.sluice.local.bench;

import io.sluice.streams.config.StreamsAppConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Repartitioned;

/**
 * What Kafka Streams needs for the records of a topic when it does nothing with them but write them
 * to a repartition topic and read them again, exactly once, with the settings of the streams-app.
 * Whoever keeps vectors where Kafka Streams can join or aggregate them pays this first. Used by one
 * thread.
 */
final class RepartitionFloor {
  private static final long PAUSE_MS = 50;

  private final Map<String, Object> settings;
  private final String topic;
  private final int partitions;

  /**
   * Prepares a run.
   *
   * @param connection where Kafka and the registry are
   * @param state an empty folder for the files of Kafka Streams
   * @param topic whose undecoded records are repartitioned
   * @param partitions of the repartition topic
   */
  RepartitionFloor(Map<String, String> connection, Path state, String topic, int partitions) {
    Map<String, String> given = new HashMap<>(connection);
    given.put("state.dir", state.toString());
    this.settings = new StreamsAppConfig(given).kafkaStreams();
    this.settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "repartition-floor");
    this.topic = topic;
    this.partitions = partitions;
  }

  /**
   * Passes the records through.
   *
   * @param records how many the topic has
   * @param begun called when the first one has passed
   * @param passed called with the number of records that have passed, again and again
   * @return how many had passed at the call of {@code begun}
   */
  long run(long records, Runnable begun, LongConsumer passed) throws InterruptedException {
    LongAdder count = new LongAdder();
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(topic, Consumed.with(Serdes.Bytes(), Serdes.ByteArray()))
        .repartition(
            Repartitioned.<Bytes, byte[]>with(Serdes.Bytes(), Serdes.ByteArray())
                .withName("floor")
                .withNumberOfPartitions(partitions))
        .foreach((key, value) -> count.increment());
    try (KafkaStreams streams = new KafkaStreams(builder.build(), new StreamsConfig(settings))) {
      streams.start();
      long already = await(streams, count, 1, passed);
      begun.run();
      await(streams, count, records, passed);
      return already;
    }
  }

  private static long await(KafkaStreams streams, LongAdder count, long target, LongConsumer passed)
      throws InterruptedException {
    while (count.sum() < target) {
      if (streams.state().hasCompletedShutdown() || streams.state() == KafkaStreams.State.ERROR) {
        throw new IllegalStateException("Kafka Streams stopped, see the log");
      }
      passed.accept(count.sum());
      Thread.sleep(PAUSE_MS);
    }
    return count.sum();
  }
}
