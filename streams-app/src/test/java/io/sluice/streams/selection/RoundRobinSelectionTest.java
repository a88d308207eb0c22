package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoundRobinSelectionTest {
  @Test
  void givenAFullSelection_whenABetterCandidateArrives_thenTheDisplacedMoveUpAndTheLastLeaves() {
    Selection<String> selection = roundRobin(2, 3);
    selection.offer("a", new float[] {0.9f, 0.1f});
    selection.offer("b", new float[] {0.2f, 0.8f});
    selection.offer("c", new float[] {0.5f, 0.4f});

    assertThat(selection.offer("d", new float[] {0.95f, 0f})).isTrue();

    assertThat(selection.held().contains("c")).isFalse();
    assertThat(selection.slots())
        .containsExactly(
            new Slot<>(0, 0, "d", 0.95f), new Slot<>(1, 1, "b", 0.8f), new Slot<>(2, 0, "a", 0.9f));
  }

  @Test
  void givenOneQueryAndRoom_whenTheWorstArrivesLast_thenItTakesTheNextSlot() {
    Selection<String> selection = roundRobin(1, 5);
    selection.offer("a", new float[] {0.9f});

    assertThat(selection.offer("b", new float[] {-0.5f})).isTrue();

    assertThat(selection.prefix(5)).containsExactly("a", "b");
  }

  @Test
  void givenAHeldCandidate_whenItsIdArrivesWithOtherScores_thenTheFirstScoresCount() {
    Selection<String> selection = roundRobin(1, 2);
    selection.offer("a", new float[] {0.5f});
    selection.offer("b", new float[] {0.4f});

    assertThat(selection.offer("b", new float[] {1f})).isFalse();

    assertThat(selection.prefix(2)).containsExactly("a", "b");
  }

  @Test
  void givenZerosOfBothSigns_whenCompared_thenTheyAreEqualAndTheLowerIdGoesFirst() {
    Selection<String> selection = roundRobin(1, 2);
    selection.offer("b", new float[] {0f});
    selection.offer("a", new float[] {-0f});
    selection.offer("c", new float[] {0f});

    assertThat(selection.prefix(2)).containsExactly("a", "b");
  }

  @Test
  void givenFewerSlotsThanQueries_whenOffered_thenOnlyTheFirstQueriesChoose() {
    Selection<String> selection = roundRobin(3, 2);
    selection.offer("a", new float[] {0.1f, 0.1f, 0.1f});
    selection.offer("b", new float[] {0.2f, 0.2f, 0.2f});

    assertThat(selection.offer("c", new float[] {0f, 0f, 1f})).isFalse();
    assertThat(selection.offer("d", new float[] {0f, 0.15f, 0f})).isTrue();
    assertThat(selection.prefix(2)).containsExactly("b", "d");
  }

  @Test
  void givenTheCallersRow_whenItChangesLater_thenTheSelectionDoesNot() {
    Selection<String> selection = roundRobin(2, 2);
    float[] row = {0.5f, 0.5f};
    selection.offer("a", row);
    row[1] = -1f;
    selection.offer("b", new float[] {0.6f, 0.1f});

    assertThat(selection.slots().get(1)).isEqualTo(new Slot<>(1, 1, "a", 0.5f));
  }

  @Test
  void givenAScoreThatIsNotFinite_whenOffered_thenItIsRefusedAndNothingChanges() {
    Selection<String> selection = roundRobin(2, 2);

    assertThatThrownBy(() -> selection.offer("x", new float[] {0.1f, Float.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("candidate x, query 1: the score is NaN");
    assertThatThrownBy(() -> selection.offer("x", new float[] {Float.NEGATIVE_INFINITY, 0.1f}))
        .hasMessageContaining("query 0: the score is -Infinity");
    assertThat(selection.size()).isZero();
    assertThat(selection.held().contains("x")).isFalse();
  }

  @Test
  void givenARowOfAnotherLength_whenOffered_thenItIsRefused() {
    assertThatThrownBy(
            () -> RoundRobinSelectionTest.<String>roundRobin(3, 2).offer("x", new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("candidate x has 2 scores for 3 queries");
  }

  @Test
  void givenNoQueryOrNoSlot_whenCreated_thenItIsRefused() {
    assertThatThrownBy(() -> roundRobin(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 queries");
    assertThatThrownBy(() -> roundRobin(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("budget 0");
  }

  @Test
  void givenABudgetOutOfRange_whenAPrefixIsRequested_thenItIsRefused() {
    Selection<String> selection = roundRobin(1, 10);

    assertThatThrownBy(() -> selection.prefix(11)).hasMessageContaining("1 to 10");
    assertThatThrownBy(() -> selection.prefix(0)).hasMessageContaining("1 to 10");
    assertThat(selection.prefix(10)).isEqualTo(List.of());
  }

  /**
   * The number of admissions is a sum of independent events, "arrival n is among the best of n", so
   * its variance is below its mean. A correct implementation misses a range of five standard
   * deviations practically never.
   */
  @Test
  void givenRandomArrivals_whenCounted_thenAdmissionsAreCloseToTheExpectedNumber() {
    int candidates = 20_000;
    int budget = 200;
    Pool pool = Pool.random(new Algorithm.RoundRobin(), new Random(7), candidates, 20, 1 << 20, 1);
    Selection<Integer> selection = pool.empty(budget);

    int admitted = 0;
    for (int id : pool.ids()) {
      admitted += selection.offer(id, pool.scores()[id]) ? 1 : 0;
    }

    double expected = budget * (1 + Math.log((double) candidates / budget));
    assertThat((double) admitted)
        .isBetween(expected - 5 * Math.sqrt(expected), expected + 5 * Math.sqrt(expected));
  }

  private static <K extends Comparable<K>> Selection<K> roundRobin(int queries, int budget) {
    return new Algorithm.RoundRobin().emptySelection(queries, budget);
  }
}
