package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExampleRateTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final ExampleRate rate = new ExampleRate(clock::get);

  @Test
  void givenExamplesInAYoungWorker_whenAsked_thenTheRateIsOverItsAge() {
    pass(2);
    rate.add(1);
    rate.add(9);

    assertThat(rate.perSecond()).isEqualTo(5);
  }

  @Test
  void givenExamplesOfLongAgo_whenAsked_thenTheRateForgetsThem() {
    rate.add(1);
    pass(60);
    for (int i = 0; i < 20; i++) {
      rate.add(1);
    }

    assertThat(rate.perSecond()).isEqualTo(2);
  }

  private void pass(int seconds) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }
}
