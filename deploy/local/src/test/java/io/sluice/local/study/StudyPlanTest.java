package io.sluice.local.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class StudyPlanTest {
  private static final StudyPlan.Slices TENTHS = new StudyPlan.Slices(10, 4);

  private static StudyPlan plan(
      List<String> algorithms, List<Integer> budgets, int seeds, StudyPlan.Slices slices) {
    return new StudyPlan(
        List.of("maths", "code"), List.of("a", "b", "c"), algorithms, budgets, seeds, slices);
  }

  @Test
  void givenAPlan_whenExpanded_thenEachCombinationIsOneCell() {
    List<StudyCell> cells = plan(List.of("uot", "knn-kde"), List.of(5, 20), 3, TENTHS).cells();

    int perTask = 1 + 2 * 3 + 3 * 2 * 2 * 3 + 3 * 10 * 3;
    assertThat(cells).hasSize(2 * perTask);
    assertThat(new HashSet<>(cells)).hasSameSizeAs(cells);
    assertThat(cells)
        .contains(
            new StudyCell("maths", StudyArm.NONE, 0, 0),
            new StudyCell("maths", StudyArm.RANDOM, 20, 2),
            new StudyCell("code", new StudyArm.Selected("b", "knn-kde"), 5, 1),
            new StudyCell("code", new StudyArm.Slice("c", 10), 4, 0));
  }

  @Test
  void givenNoSlices_whenExpanded_thenThereAreNone() {
    assertThat(plan(List.of("uot"), List.of(5), 1, new StudyPlan.Slices(0, 5)).cells())
        .hasSize(2 * (1 + 1 + 3));
  }

  @Test
  void givenPartsThatMakeNoSense_whenPlanned_thenEachIsNamed() {
    refused("algorithm 'less'", () -> plan(List.of("less"), List.of(5), 1, TENTHS));
    refused(
        "random subsets are always compared", () -> plan(List.of("random"), List.of(5), 1, TENTHS));
    refused("named twice", () -> plan(List.of("uot", "uot"), List.of(5), 1, TENTHS));
    refused("no algorithm", () -> plan(List.of(), List.of(5), 1, TENTHS));
    refused("ascending", () -> plan(List.of("uot"), List.of(20, 5), 1, TENTHS));
    refused("1 or more", () -> plan(List.of("uot"), List.of(0, 5), 1, TENTHS));
    refused("0 seeds", () -> plan(List.of("uot"), List.of(5), 0, TENTHS));
    refused("1 slices", () -> new StudyPlan.Slices(1, 5));
    refused("0 examples", () -> new StudyPlan.Slices(10, 0));
  }

  @Test
  void givenASmallPool_whenChecked_thenWhatIsTooLargeIsNamed() {
    StudyPlan plan = plan(List.of("knn-kde"), List.of(5, 20), 1, TENTHS);

    refused("a budget of 20", () -> plan.requirePool(19));
    refused("10 slices of 39 candidates have 3 each", () -> plan.requirePool(39));
    assertThatCode(() -> plan.requirePool(40)).doesNotThrowAnyException();
    refused(
        "knn-kde needs at least 20",
        () -> plan(List.of("knn-kde"), List.of(5), 1, new StudyPlan.Slices(0, 1)).requirePool(19));
  }

  private static void refused(String message, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
  }
}
