package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TiersTest {
  @Test
  void givenBudgets_whenASlotsTierIsAsked_thenItIsTheSmallestBudgetAboveTheSlot() {
    Tiers tiers = new Tiers(List.of(2, 5));

    assertThat(List.of(0, 1, 2, 4).stream().map(tiers::tierOf)).containsExactly(2, 2, 5, 5);
    assertThat(tiers.largest()).isEqualTo(5);
    assertThatThrownBy(() -> tiers.tierOf(5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tiers.tierOf(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void givenAMoveAcrossSeveralBoundaries_whenTurnedIntoTierChanges_thenItIsOneChange() {
    Tiers tiers = new Tiers(List.of(1, 2, 4));
    Admission<String> admission =
        new Admission<>(List.of(new Move<>("new", Move.OUTSIDE, 0), new Move<>("old", 0, 3)));

    assertThat(tiers.changes(admission))
        .containsExactly(new TierChange<>("new", 0, 1), new TierChange<>("old", 1, 4));
  }

  @Test
  void givenMovesWithinATier_whenTurnedIntoTierChanges_thenOnlyTheEntryRemains() {
    Tiers tiers = new Tiers(List.of(3));
    Admission<String> admission =
        new Admission<>(
            List.of(
                new Move<>("new", Move.OUTSIDE, 0),
                new Move<>("a", 0, 1),
                new Move<>("b", 1, 2),
                new Move<>("c", 2, Move.OUTSIDE)));

    assertThat(tiers.changes(admission))
        .containsExactly(new TierChange<>("new", 0, 3), new TierChange<>("c", 3, 0));
  }

  @Test
  void givenBadBudgets_whenMade_thenRefusedWithTheReason() {
    assertThatThrownBy(() -> new Tiers(List.of())).hasMessageContaining("at least one");
    assertThatThrownBy(() -> new Tiers(List.of(0))).hasMessageContaining("budget 0");
    assertThatThrownBy(() -> new Tiers(List.of(100, 50)))
        .hasMessageContaining("budget 50 after 100");
    assertThatThrownBy(() -> new Tiers(List.of(50, 50))).hasMessageContaining("ascending");
  }
}
