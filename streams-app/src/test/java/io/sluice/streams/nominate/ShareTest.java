package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShareTest {
  private long now = -5;
  private final Share share = new Share(() -> now);

  private boolean work(long duration) {
    return share.use(() -> now += duration);
  }

  @Test
  void givenNothingWasDone_whenUsed_thenAtOnce() {
    assertThat(work(7)).isTrue();
    assertThat(now).isEqualTo(2);
  }

  @Test
  void givenWorkTookSomeTime_whenUsedAgain_thenOnlyAfterNineTimesAsLong() {
    work(7);
    now += 62;
    assertThat(work(7)).isFalse();
    now++;
    assertThat(work(1)).isTrue();
    now += 9;
    assertThat(work(1)).isTrue();
  }

  @Test
  void givenWorkTookNoTime_whenUsedAgain_thenAtOnce() {
    work(0);
    assertThat(work(0)).isTrue();
  }
}
