package io.sluice.streams.report;

import static io.sluice.streams.report.Reports.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.sluice.schemas.Arm;
import io.sluice.schemas.FineTuneState;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTableTest {
  private final List<JobReport> reports =
      List.of(
          Reports.finished(
              "a",
              10,
              outcome(Arm.NONE, 0, 3.0, 0.2),
              outcome(Arm.SELECTED, 1, 1.0, 0.1),
              outcome(Arm.RANDOM, 1, 2.0, 0.1)),
          Reports.report("b", 20, FineTuneState.FAILED, "the disk is full"));

  @Test
  void givenAFinishedAndAFailedJob_whenTabled_thenARowAnArmAndOneForTheOther() {
    assertThat(ResultsTable.rows(reports))
        .containsExactly(
            List.of("a", "10", "finished", "none", "-", "3.0000 ± 0.2000", "-", "-"),
            List.of("a", "10", "finished", "random", "1", "2.0000 ± 0.1000", "-1.0000", "-"),
            List.of(
                "a", "10", "finished", "selected", "1", "1.0000 ± 0.1000", "-2.0000", "-1.0000"),
            List.of("b", "20", "failed", "-", "-", "-", "-", "-"))
        .allSatisfy(row -> assertThat(row).hasSameSizeAs(ResultsTable.HEADER));
  }

  @Test
  void givenTheSame_whenAskedForJson_thenNumbersAreNotRounded() {
    ArrayNode json = ResultsTable.json(reports);

    assertThat(json).hasSize(2);
    assertThat(json.get(0).at("/arms/2/difference_to_random/mean").asDouble()).isEqualTo(-1.0);
    assertThat(json.get(0).at("/arms/2/query_loss/count").asInt()).isEqualTo(8);
    assertThat(json.get(0).at("/arms/2/held_out_loss").isMissingNode()).isTrue();
    assertThat(json.get(1).path("detail").asText()).isEqualTo("the disk is full");
    assertThat(json.get(1).path("arms")).isEmpty();
  }
}
