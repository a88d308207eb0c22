package io.sluice.gpuworker.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServiceThreadTest {
  private final AtomicBoolean released = new AtomicBoolean();
  private final AtomicBoolean interruptedAtTheEnd = new AtomicBoolean();

  @Test
  void givenABodyThatWaitsForKafka_whenClosed_thenItIsInterruptedAndTheServiceEnds() {
    CountDownLatch never = new CountDownLatch(1);
    ServiceThread service =
        service(
            () -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                throw new InterruptException(e);
              }
            },
            Duration.ofMillis(10));
    service.start();

    service.close();

    service.awaitEnd();
    assertThat(released).isTrue();
    assertThat(interruptedAtTheEnd).as("interrupted while resources are released").isFalse();
  }

  @Test
  void givenABodyThatEndsWhenAsked_whenClosed_thenItIsNotInterrupted() {
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch closing = new CountDownLatch(1);
    ServiceThread service =
        service(
            () -> {
              try {
                closing.await();
              } catch (InterruptedException e) {
                interrupted.set(true);
              }
            },
            Duration.ofMinutes(1));
    service.start();
    closing.countDown();

    service.close();

    assertThat(interrupted).isFalse();
    assertThat(released).isTrue();
  }

  @Test
  void givenAFailureOfKafka_whenNotClosed_thenItIsReported() {
    ServiceThread service =
        service(
            () -> {
              throw new KafkaException("no access");
            },
            Duration.ofMinutes(1));
    service.start();

    assertThatThrownBy(service::awaitEnd)
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("no access");
  }

  private ServiceThread service(Runnable body, Duration grace) {
    return new ServiceThread(
        "test",
        body,
        () -> {
          interruptedAtTheEnd.set(Thread.currentThread().isInterrupted());
          released.set(true);
        },
        grace);
  }
}
