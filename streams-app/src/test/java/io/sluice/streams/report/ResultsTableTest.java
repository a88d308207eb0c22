package io.sluice.streams.report;

import static io.sluice.streams.report.Reports.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.sluice.schemas.Arm;
import io.sluice.schemas.FineTuneState;
import java.util.List;
import java.util.stream.Stream;
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
  void givenAFinishedAndAFailedJob_whenTabled_thenOneHasOneRowPerArmAndTheOtherOneRow() {
    assertThat(ResultsTable.rows(reports))
        .containsExactly(
            row("none", "-", "8 queries", "3.0000 ± 0.2000", "-", "-"),
            row("random", "1", "8 queries", "2.0000 ± 0.1000", "-1.0000", "-"),
            row("selected", "1", "8 queries", "1.0000 ± 0.1000", "-2.0000", "-1.0000"),
            List.of("b", "20", "failed", "-", "-", "-", "-", "-", "-"))
        .allSatisfy(row -> assertThat(row).hasSameSizeAs(ResultsTable.header(reports)));
  }

  @Test
  void givenHeldOutExamples_whenTabled_thenTheyHaveSeparateRows() {
    List<JobReport> heldOut =
        List.of(
            Reports.finished(
                "a",
                10,
                Reports.withHeldOutLosses(Arm.RANDOM, 1, 2f, 4f),
                Reports.withHeldOutLosses(Arm.SELECTED, 1, 1f, 1f)));

    assertThat(ResultsTable.rows(heldOut))
        .containsExactly(
            row("random", "1", "8 queries", "9.0000 ± 0.5000", "-", "-"),
            row("selected", "1", "8 queries", "9.0000 ± 0.5000", "-", "+0.0000"),
            row("random", "1", "2 held-out", "3.0000 ± 1.0000", "-", "-"),
            row("selected", "1", "2 held-out", "1.0000 ± 0.0000", "-", "-2.0000 ± 1.0000"));
    JsonNode arm = ResultsTable.json(heldOut).get(0).at("/arms/1/held_out_loss");
    assertThat(arm.at("/difference_to_random/standard_error_over_examples").asDouble())
        .isEqualTo(1);
    assertThat(arm.at("/difference_to_random/standard_error_over_seeds").asDouble()).isZero();
    assertThat(arm.at("/difference_to_none").isMissingNode()).isTrue();
  }

  private static List<String> row(String... cells) {
    return Stream.concat(Stream.of("a", "10", "finished"), Stream.of(cells)).toList();
  }

  @Test
  void givenAFinishedAndAFailedJob_whenWrittenAsJson_thenNumbersAreNotRounded() {
    ArrayNode json = ResultsTable.json(reports);

    assertThat(json).hasSize(2);
    assertThat(json.get(0).at("/arms/2/query_loss/difference_to_random/mean").asDouble())
        .isEqualTo(-1.0);
    assertThat(json.get(0).at("/arms/2/query_loss/count").asInt()).isEqualTo(8);
    assertThat(json.get(0).at("/arms/2/held_out_loss").isMissingNode()).isTrue();
    assertThat(json.get(1).path("detail").asText()).isEqualTo("the disk is full");
    assertThat(json.get(1).path("arms")).isEmpty();
  }
}
