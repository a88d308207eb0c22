package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QuantilesTest {
  @Test
  void givenARanking_whenCut_thenTheLastSliceTakesTheRemainder() {
    assertThat(Quantiles.of(List.of(1, 2, 3, 4, 5, 6, 7, 8), 3))
        .containsExactly(List.of(1, 2), List.of(3, 4), List.of(5, 6, 7, 8));
    assertThat(Quantiles.of(List.of(1, 2, 3, 4), 1)).containsExactly(List.of(1, 2, 3, 4));
  }

  @Test
  void givenFewerEntriesThanSlices_whenCut_thenAllAreInTheLastOne() {
    assertThat(Quantiles.of(List.of(1, 2), 3)).containsExactly(List.of(), List.of(), List.of(1, 2));
  }
}
