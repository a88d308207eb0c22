package io.sluice.streams.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.schemas.Query;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.client.Coverage;
import io.sluice.streams.client.Subset;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SubsetReportTest {
  private static final Offset<Double> EXACTLY = within(1e-7);

  @Test
  void givenASubset_whenReported_thenEachTierAndQueryHasItsMeans() {
    SubsetReport report =
        report(
            subset(
                List.of(1, 3, 9),
                selected("a", 1, 0.9f, 0.1f),
                selected("b", 3, 0.2f, 0.8f),
                selected("c", 3, 0.5f, 0.4f)));

    assertThat(report.tiers()).containsOnlyKeys(1, 3);
    assertThat(report.tiers().get(1).own()).isCloseTo(0.9, EXACTLY);
    assertThat(report.tiers().get(1).all()).isCloseTo(0.5, EXACTLY);
    assertThat(report.tiers().get(3).own()).isCloseTo((0.9 + 0.8 + 0.5) / 3, EXACTLY);
    assertThat(report.tiers().get(3).all()).isCloseTo(2.9 / 6, EXACTLY);
    Coverage.OfQuery first = report.coverage().get(0);
    assertThat(first.query()).isEqualTo("q0");
    assertThat(first.candidates()).isEqualTo(2);
    assertThat(first.mean().orElseThrow()).isCloseTo(0.7, EXACTLY);
    assertThat(first.best()).contains(0.9f);
    assertThat(report.coverage().get(1).best()).contains(0.8f);
  }

  @Test
  void givenNothingSelected_whenReported_thenThereAreNoMeans() {
    SubsetReport report = report(subset(List.of(5)));

    assertThat(report.tiers()).isEmpty();
    assertThat(report.coverage())
        .containsExactly(
            new Coverage.OfQuery("q0", 0, Optional.empty(), Optional.empty(), false),
            new Coverage.OfQuery("q1", 0, Optional.empty(), Optional.empty(), false));
  }

  private static SubsetReport report(Subset subset) {
    return SubsetReport.of(subset.task(), subset.entries());
  }

  private static Subset subset(List<Integer> budgets, SelectedInstruction... selected) {
    TargetTask task =
        TargetTask.newBuilder()
            .setTaskId("t")
            .setRevision(1)
            .setBudgets(budgets)
            .setQueries(List.of(query("q0"), query("q1")))
            .build();
    return Subset.of(task, List.of(selected), budgets.get(budgets.size() - 1));
  }

  private static Query query(String id) {
    return Queries.of(id, List.of(Messages.of("user", "u"), Messages.of("assistant", "a")));
  }

  private static SelectedInstruction selected(String id, int tier, float first, float second) {
    return SelectedInstruction.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setCandidateId(id)
        .setTier(tier)
        .setScore(Math.max(first, second))
        .setBestQuery(first >= second ? 0 : 1)
        .setScores(List.of(first, second))
        .setMessages(List.of(Messages.of("assistant", "x")))
        .build();
  }
}
