package io.sluice.local.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TierFillTest {
  @Test
  void givenBudgetsInExamples_whenShown_thenAFullSubsetIsItsNumberOfExamples() {
    List<TierFill> tiers =
        TierFill.of(task(List.of()), Optional.of(status(tier(50, 50, 0), tier(100, 60, 0))));

    assertThat(tiers).extracting(TierFill::toString).containsExactly("50/50", "60/100");
    assertThat(tiers).extracting(TierFill::size).containsExactly("50", "60/100");
    assertThat(tiers).extracting(TierFill::share).containsExactly(1.0, 0.6);
  }

  @Test
  void givenBudgetsInTokens_whenShown_thenTokensAreNamedAndTheNearerLimitCounts() {
    List<TierFill> tiers =
        TierFill.of(
            task(List.of(1000L, 4000L)),
            Optional.of(status(tier(50, 5, 900), tier(100, 100, 2000))));

    assertThat(tiers)
        .extracting(TierFill::size)
        .containsExactly("5/50 (900/1000 tokens)", "100/100 (2000/4000 tokens, full)");
    assertThat(tiers).extracting(TierFill::share).containsExactly(0.9, 1.0);
  }

  @Test
  void givenASubsetThatItsTokensEnd_whenShown_thenItIsFull() {
    TierStatus ended = TierStatus.newBuilder(tier(50, 8, 980)).setFull(true).build();

    List<TierFill> tiers =
        TierFill.of(task(List.of(1000L, 4000L)), Optional.of(status(ended, tier(100, 8, 980))));

    assertThat(tiers)
        .extracting(TierFill::toString)
        .containsExactly("8/50 (980/1000 tokens, full)", "8/100 (980/4000 tokens)");
    assertThat(tiers).extracting(TierFill::share).containsExactly(1.0, 0.245);
  }

  @Test
  void givenNoStatus_whenShown_thenNothingIsSelected() {
    assertThat(TierFill.of(task(List.of(1000L, 4000L)), Optional.empty()))
        .extracting(TierFill::toString)
        .containsExactly("0/50 (0/1000 tokens)", "0/100 (0/4000 tokens)");
  }

  private static TargetTask task(List<Long> tokens) {
    return TargetTask.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setRepresentationId("default")
        .setQueries(List.of())
        .setBudgets(List.of(50, 100))
        .setBudgetTokens(tokens)
        .build();
  }

  private static TierStatus tier(int budget, int filled, long tokens) {
    return TierStatus.newBuilder()
        .setBudget(budget)
        .setFilled(filled)
        .setJobs(0)
        .setTokens(tokens)
        .build();
  }

  private static TaskStatus status(TierStatus... tiers) {
    return TaskStatus.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setQueries(1)
        .setPool(100)
        .setWaiting(0)
        .setNominated(100)
        .setSelected(60)
        .setTiers(List.of(tiers))
        .build();
  }
}
