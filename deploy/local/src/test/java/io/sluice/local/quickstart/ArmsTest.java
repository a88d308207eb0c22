package io.sluice.local.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.finetune.ExampleLosses;
import io.sluice.local.quickstart.Arms.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ArmsTest {
  private static final ExampleLosses RANDOM = losses(1.0, 2.0, 3.0);

  @Test
  void
      givenQueriesThatAllImprove_whenJudged_thenSelectionWinsDespiteLargeDifferencesBetweenQueries() {
    Arms arms = arms(losses(0.9, 1.8, 2.9));
    assertThat(arms.difference().mean()).isCloseTo(-0.4 / 3, Offset.offset(1e-12));
    assertThat(arms.difference().standardError()).isCloseTo(0.1 / 3, Offset.offset(1e-12));
    assertThat(arms.verdict()).isEqualTo(Verdict.BETTER);
  }

  @Test
  void givenQueriesThatAllLose_whenJudged_thenSelectionLoses() {
    assertThat(arms(losses(1.1, 2.2, 3.1)).verdict()).isEqualTo(Verdict.WORSE);
  }

  @Test
  void givenADifferenceWithinTwoStandardErrors_whenJudged_thenUnclear() {
    assertThat(arms(losses(0.5, 2.1, 3.1)).verdict()).isEqualTo(Verdict.UNCLEAR);
  }

  @Test
  void givenEqualLosses_whenJudged_thenUnclear() {
    assertThat(arms(RANDOM).verdict()).isEqualTo(Verdict.UNCLEAR);
  }

  @Test
  void givenTwoSeeds_whenAveraged_thenTheMeanIsTakenQueryByQuery() {
    SeedMean mean = new SeedMean();
    mean.add(losses(1, 2));
    mean.add(losses(3, 6));
    assertThat(mean.mean().each()).containsExactly(2.0, 4.0);
  }

  @Test
  void givenASelectionThatLoses_whenPrinted_thenTheTableSaysSo() {
    StringWriter text = new StringWriter();
    ArmsTable.print(List.of(arms(losses(1.1, 2.2, 3.1))), 1, new PrintWriter(text));
    assertThat(text.toString())
        .contains("2.000 ± 0.577")
        .contains("+0.133 ± 0.033")
        .contains("selection loses")
        .contains("1 seed.");
  }

  private static Arms arms(ExampleLosses selected) {
    return new Arms("task", 10, losses(1.5, 2.5, 3.5), RANDOM, selected);
  }

  private static ExampleLosses losses(double... each) {
    return new ExampleLosses(Arrays.stream(each).boxed().toList());
  }
}
