package io.sluice.local.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShutdownTest {
  @Test
  void givenWorkThatDoesNotStop_whenStopped_thenTheShutdownDoesNotWaitForIt() {
    AtomicBoolean stopped = new AtomicBoolean();

    Shutdown.stopWithin(
        Duration.ofMillis(10),
        () -> {
          awaitForever();
          stopped.set(true);
        });

    assertThat(stopped).isFalse();
  }

  @Test
  void givenWorkThatStops_whenStopped_thenTheShutdownWaitsForIt() {
    AtomicBoolean stopped = new AtomicBoolean();

    Shutdown.stopWithin(Duration.ofMinutes(1), () -> stopped.set(true));

    assertThat(stopped).isTrue();
  }

  private static void awaitForever() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
