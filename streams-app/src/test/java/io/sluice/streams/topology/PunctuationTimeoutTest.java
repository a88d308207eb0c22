package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.streams.exactlyonce.EndsThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what Kafka Streams makes of punctuations that time out, with our decorator and without. */
class PunctuationTimeoutTest {
  private static final Punctuator TIMES_OUT =
      now -> {
        throw new TimeoutException("no answer");
      };

  @TempDir private Path folder;

  @Test
  void givenAPunctuation_whenItTimesOut_thenTheThreadEndsAndCanBeReplaced() {
    assertThatThrownBy(() -> punctuate(new EndsThread(TIMES_OUT)))
        .isInstanceOf(StreamsException.class)
        .hasRootCauseInstanceOf(TimeoutException.class)
        .matches(Recovery::isTransient, "a failure after which the thread is replaced");
  }

  @Test
  void givenAPunctuationWithoutDecorator_whenItTimesOut_thenOnlyItsTaskWouldBeClosed() {
    assertThatThrownBy(() -> punctuate(TIMES_OUT)).isInstanceOf(TaskCorruptedException.class);
  }

  private void punctuate(Punctuator punctuator) {
    Topology topology = new Topology();
    topology
        .addSource("source", "input")
        .addProcessor("p", () -> new Scheduling(punctuator), "source");
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            StreamsConfig.APPLICATION_ID_CONFIG,
            "punctuation",
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
            "127.0.0.1:1",
            StreamsConfig.STATE_DIR_CONFIG,
            folder.toString(),
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
            StreamsConfig.EXACTLY_ONCE_V2,
            StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG,
            Serdes.ByteArraySerde.class,
            StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG,
            Serdes.ByteArraySerde.class));
    TopologyTestDriver driver = new TopologyTestDriver(topology, properties);
    try {
      driver.advanceWallClockTime(Duration.ofSeconds(1));
    } finally {
      driver.close();
    }
  }

  /** Schedules a punctuation for every second. */
  private static final class Scheduling extends ContextualProcessor<byte[], byte[], Void, Void> {
    private final Punctuator punctuator;

    Scheduling(Punctuator punctuator) {
      this.punctuator = punctuator;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      super.init(context);
      context.schedule(Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, punctuator);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      // No records are sent.
    }
  }
}
