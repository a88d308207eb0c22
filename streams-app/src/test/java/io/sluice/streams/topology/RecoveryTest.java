package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class RecoveryTest {
  @Test
  void givenAnUnavailableKafkaOrRegistry_whenAThreadFails_thenTheFailureIsTransient() {
    assertThat(
            List.of(
                new TimeoutException("commit"),
                new StreamsException("commit", new KafkaException(new TimeoutException("60000"))),
                new StreamsException("commit", new KafkaException("no acknowledgment for some")),
                new StreamsException(new DisconnectException()),
                new StreamsException(new InvalidPidMappingException("expired")),
                new StreamsException("commit", new InvalidTxnStateException("ended by the broker")),
                new SerializationException("registry", new ConnectException("refused"))))
        .allMatch(Recovery::isTransient);
  }

  @Test
  void givenAnInconsistentState_whenAThreadFails_thenTheFailureIsTransientOnlyInKafkasCode() {
    assertThat(
            List.of(
                wrongStateIn(
                    "org.apache.kafka.clients.producer.internals.T",
                    "io.sluice.streams.topology.P"),
                wrongStateIn(
                    "org.apache.kafka.streams.processor.internals.Tasks", "java.lang.Thread")))
        .allMatch(Recovery::isTransient);
    assertThat(
            List.of(
                wrongStateIn(
                    "org.apache.kafka.streams.processor.internals.C",
                    "io.sluice.streams.topology.P"),
                wrongStateIn("io.sluice.streams.topology.P", "org.apache.kafka.streams.S"),
                wrongStateIn()))
        .noneMatch(Recovery::isTransient);
  }

  private static StreamsException wrongStateIn(String... classes) {
    IllegalStateException state = new IllegalStateException("wrong state");
    state.setStackTrace(
        Stream.of(classes)
            .map(name -> new StackTraceElement(name, "method", "", 1))
            .toArray(StackTraceElement[]::new));
    return new StreamsException("punctuating", state);
  }

  @Test
  void givenAFailureThatNeedsAPerson_whenAThreadFails_thenTheFailureIsNotTransient() {
    assertThat(
            List.of(
                new IllegalStateException("defect"),
                new StreamsException("processing", new NullPointerException()),
                new ConfigException("wrong"),
                new MissingSourceTopicException("gone"),
                new ProcessorStateException("disk full"),
                new StreamsException(new TopicAuthorizationException("not yours")),
                new StreamsException(new TimeoutException(new SaslAuthenticationException("no"))),
                new StreamsException(new TimeoutException(new OutOfMemoryError()))))
        .noneMatch(Recovery::isTransient);
  }

  @Test
  void
      givenRepeatedFailures_whenBackingOff_thenWaitsDoubleUpToALimitAndStartAgainAfterAQuietPeriod() {
    AtomicLong now = new AtomicLong();
    Recovery recovery = new Recovery(now::get);

    assertThat(IntStream.range(0, 7).mapToObj(i -> recovery.nextBackoff().toSeconds()))
        .containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    now.addAndGet(Duration.ofMinutes(4).toNanos());
    assertThat(recovery.nextBackoff()).isEqualTo(Duration.ofSeconds(30));
    now.addAndGet(Duration.ofMinutes(6).toNanos());
    assertThat(recovery.nextBackoff()).isEqualTo(Duration.ofSeconds(1));
  }
}
