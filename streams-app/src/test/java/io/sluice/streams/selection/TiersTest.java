package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TiersTest {
  @Test
  void givenBudgets_whenTheTierOfASlotIsRequested_thenItIsTheSmallestBudgetAboveTheSlot() {
    Tiers tiers = new Tiers(List.of(2, 5));

    assertThat(List.of(0, 1, 2, 4).stream().map(tiers::tierOf)).containsExactly(2, 2, 5, 5);
    assertThat(tiers.largest()).isEqualTo(5);
    assertThatThrownBy(() -> tiers.tierOf(5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tiers.tierOf(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void givenInvalidBudgets_whenCreated_thenTheyAreRefusedWithTheReason() {
    assertThatThrownBy(() -> new Tiers(List.of())).hasMessageContaining("at least one");
    assertThatThrownBy(() -> new Tiers(List.of(0))).hasMessageContaining("budget 0");
    assertThatThrownBy(() -> new Tiers(List.of(100, 50)))
        .hasMessageContaining("budget 50 after 100");
    assertThatThrownBy(() -> new Tiers(List.of(50, 50))).hasMessageContaining("ascending");
  }
}
