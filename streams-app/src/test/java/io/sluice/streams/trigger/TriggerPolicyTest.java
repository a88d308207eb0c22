package io.sluice.streams.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.streams.trigger.TriggerPolicy.Decision;
import io.sluice.streams.trigger.TriggerPolicy.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggerPolicyTest {
  private static final Instant START = Instant.ofEpochSecond(1_000_000);
  private static final TriggerPolicy POLICY = new TriggerPolicy(10, 0.2, Duration.ofMinutes(10));

  @ParameterizedTest
  @CsvSource({"50,50,500,true", "50,49,500,false", "50,50,499,false", "50,200,5000,true"})
  void givenAPoolTenTimesTheBudget_whenTheTierIsFull_thenTheFirstJobFires(
      int budget, int selected, long pool, boolean fires) {
    TierState tier = new TierState(budget, selected, pool, false, Optional.empty());

    assertThat(POLICY.decide(tier, START))
        .isEqualTo(fires ? new Decision.Fire(Reason.FULL) : new Decision.Nothing());
  }

  @Test
  void givenASubsetInWhichNoCandidateFits_whenDecided_thenNoJobFiresAndARequestGetsTheReason() {
    TierState tier = new TierState(50, 0, true, 5000, Optional.empty(), false, Optional.empty());

    assertThat(POLICY.decide(tier, START)).isEqualTo(new Decision.Nothing());
    assertThat(TriggerPolicy.refusal(tier))
        .hasValueSatisfying(reason -> assertThat(reason).contains("more learnt tokens"));
  }

  @ParameterizedTest
  @CsvSource({"0.2,600,true", "0.19,600,false", "0.2,599,false", "1,601,true"})
  void givenAnEarlierJob_whenEnoughHasChangedAndTimeHasPassed_thenARefreshFires(
      double turnover, long seconds, boolean fires) {
    TierState tier = full(false, new TierState.LastJob(START, turnover));

    Decision decision = POLICY.decide(tier, START.plusSeconds(seconds));

    assertThat(decision.equals(new Decision.Fire(Reason.REFRESH))).isEqualTo(fires);
  }

  @Test
  void givenAChangedSubset_whenTheCooldownRuns_thenTheJobWaitsForItsEnd() {
    TierState tier = full(false, new TierState.LastJob(START, 0.5));

    Decision decision = POLICY.decide(tier, START.plusSeconds(1));

    assertThat(decision).isEqualTo(new Decision.Wait(START.plusSeconds(600)));
    assertThat(POLICY.decide(tier, START.plusSeconds(600)))
        .isEqualTo(new Decision.Fire(Reason.REFRESH));
  }

  @Test
  void givenAnOpenJob_whenAnotherIsRequested_thenItIsRefusedAndNoneFiresByItself() {
    TierState tier = full(true, new TierState.LastJob(START, 1));

    assertThat(POLICY.decide(tier, START.plusSeconds(1_000_000))).isEqualTo(new Decision.Nothing());
    assertThat(TriggerPolicy.refusal(tier)).hasValueSatisfying(r -> assertThat(r).contains("open"));
  }

  @Test
  void givenAnArmThatIsNotReady_whenDecided_thenNoJobFiresAndTheRefusalSaysWhy() {
    TierState tier =
        new TierState(50, 50, false, 5000, Optional.of("arm 'rds': why"), false, Optional.empty());

    assertThat(new TriggerPolicy(1, 0.2, Duration.ZERO).decide(tier, START))
        .isInstanceOf(TriggerPolicy.Decision.Nothing.class);
    assertThat(TriggerPolicy.refusal(tier)).contains("arm 'rds': why");
  }

  @Test
  void givenAFullTier_whenAJobIsRequested_thenPoolTurnoverAndCooldownDoNotMatter() {
    TierState tier = new TierState(50, 50, 50, false, Optional.of(new TierState.LastJob(START, 0)));

    assertThat(TriggerPolicy.refusal(tier)).isEmpty();
    assertThat(TriggerPolicy.refusal(new TierState(50, 49, 900, false, Optional.empty())))
        .hasValueSatisfying(reason -> assertThat(reason).contains("49 of 50"));
  }

  /**
   * Any history of a tier: every second has an event from 0 to 40, which is the percentage by which
   * the subset changes and the number of candidates that arrive; a multiple of 4 ends the open job.
   */
  @Property(tries = 300)
  void givenAnyHistoryOfATier_whenDecidedEverySecond_thenJobsFireByThePolicy(
      @ForAll @IntRange(min = 0, max = 30) int cooldown,
      @ForAll @IntRange(min = 1, max = 100) int turnoverPercent,
      @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 0, max = 40) Integer> history) {
    TriggerPolicy policy =
        new TriggerPolicy(2, turnoverPercent / 100.0, Duration.ofSeconds(cooldown));
    List<Instant> fired = new ArrayList<>();
    boolean open = false;
    int changedPercent = 0;
    int pool = 0;
    for (int second = 0; second < history.size(); second++) {
      int event = history.get(second);
      Instant now = START.plusSeconds(second);
      open = open && event % 4 != 0;
      changedPercent = Math.min(100, changedPercent + event);
      pool += event;
      TierState tier =
          new TierState(20, Math.min(pool, 20), pool, open, last(fired, changedPercent / 100.0));

      Decision decision = policy.decide(tier, now);

      assertThat(policy.decide(tier, now)).isEqualTo(decision);
      boolean due =
          !open
              && pool >= 40
              && (fired.isEmpty()
                  || changedPercent >= turnoverPercent
                      && !now.isBefore(fired.get(fired.size() - 1).plusSeconds(cooldown)));
      assertThat(decision instanceof Decision.Fire).as("second %d", second).isEqualTo(due);
      if (decision instanceof Decision.Wait wait) {
        assertThat(wait.until()).isAfter(now);
        assertThat(policy.decide(tier, wait.until())).isInstanceOf(Decision.Fire.class);
      }
      if (due) {
        fired.add(now);
        open = true;
        changedPercent = 0;
      }
    }
  }

  private static Optional<TierState.LastJob> last(List<Instant> fired, double turnover) {
    return fired.isEmpty()
        ? Optional.empty()
        : Optional.of(new TierState.LastJob(fired.get(fired.size() - 1), turnover));
  }

  private static TierState full(boolean open, TierState.LastJob last) {
    return new TierState(50, 50, 500, open, Optional.of(last));
  }
}
