package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.worker.Verdict.Meaning;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final ProgressMeter meter = new ProgressMeter(clock::get);

  @Test
  void givenExamplesInAYoungWorker_whenAsked_thenTheRateIsOverItsAge() {
    pass(2);
    meter.published(Meaning.REPRESENTED, 1);
    meter.published(Meaning.TASK_REPRESENTED, 9);

    assertThat(meter.progress().examplesPerSecond()).isEqualTo(5);
    assertThat(meter.progress().represented()).isEqualTo(1);
    assertThat(meter.progress().tasksRepresented()).isEqualTo(1);
  }

  @Test
  void givenExamplesOfLongAgo_whenAsked_thenTheRateForgetsThemAndTheCountsDoNot() {
    meter.published(Meaning.REPRESENTED, 1);
    pass(60);
    for (int i = 0; i < 20; i++) {
      meter.published(Meaning.REPRESENTED, 1);
    }

    assertThat(meter.progress().examplesPerSecond()).isEqualTo(2);
    assertThat(meter.progress().represented()).isEqualTo(21);
  }

  @Test
  void givenOtherAnswers_whenAsked_thenEachHasItsCount() {
    meter.candidatesSeen(7);
    meter.rejected();
    meter.published(Meaning.RETRACTED, 1);
    meter.published(Meaning.TASK_PASSED, 0);

    assertThat(meter.progress()).isEqualTo(new WorkerProgress(7, 0, 1, 1, 0, 0));
  }

  private void pass(int seconds) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }
}
