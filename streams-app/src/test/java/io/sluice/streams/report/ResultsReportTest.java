package io.sluice.streams.report;

import static io.sluice.streams.report.Reports.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.arm.ArmName;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ResultsReportTest {
  private static final SubsetDistance DISTANCE =
      new SubsetDistance(
          Map.of(
              ArmName.SELECTED,
              new Estimate(0.4, 0.01, 20),
              ArmName.RANDOM,
              new Estimate(0.9, 0.02, 20)),
          List.of(
              new SubsetDistance.Tier(0, 10, new Estimate(0.3, 0.01, 10)),
              new SubsetDistance.Tier(10, 20, new Estimate(0.5, 0.01, 10))));

  @Test
  void givenTwoBudgets_whenWritten_thenThereAreFourPlotsWithOnePointPerArmAndBudget()
      throws Exception {
    Document page =
        parsed(
            new ResultsReport(
                "maths", List.of(arms("a", 10, 1.5), arms("b", 20, 1.2)), Map.of("b", DISTANCE)));

    assertThat(page.getElementsByTagName("svg").getLength()).isEqualTo(4);
    assertThat(page.getElementsByTagName("tr").getLength()).isEqualTo(1 + 6);
    assertThat(page.getElementsByTagName("circle").getLength())
        .as("points and legends of loss, difference by budget, distance by tier, loss by distance")
        .isEqualTo((6 + 3) + (2 + 2 + 2) + (3 + 2) + (2 + 2));
    assertThat(page.getDocumentElement().getTextContent())
        .contains("selected, budget 20: 1.2000 ± 0.1000")
        .contains("queries, budget 20: -0.8000 ± 0.0000")
        .contains("ranks 10 to 19: 0.5000 ± 0.0100");
  }

  @Test
  void givenTwoJobsOfABudget_whenWritten_thenThePlotsShowTheLastOne() throws Exception {
    Document page =
        parsed(
            new ResultsReport("maths", List.of(arms("a", 10, 1.5), arms("b", 10, 1.2)), Map.of()));

    assertThat(page.getElementsByTagName("svg").getLength()).as("no distances").isEqualTo(2);
    assertThat(page.getElementsByTagName("circle").getLength()).isEqualTo((3 + 3) + (1 + 1 + 2));
  }

  @Test
  void givenHeldOutExamples_whenWritten_thenThePageShowsTheirLossAndItsDifferenceToRandom()
      throws Exception {
    JobReport report =
        Reports.finished(
            "a",
            10,
            Reports.withHeldOutLosses(Arm.RANDOM, 1, 2f, 4f),
            Reports.withHeldOutLosses(Arm.SELECTED, 1, 1f, 1f));

    Document page = parsed(new ResultsReport("maths", List.of(report), Map.of()));

    assertThat(page.getDocumentElement().getTextContent())
        .contains("Loss on the held-out examples by budget")
        .contains("selected, budget 10: 1.0000 ± 0.0000")
        .contains("held-out examples, budget 10: -2.0000 ± 1.0000");
  }

  @Test
  void givenAPlot_whenDrawn_thenItsAxesHaveRoundNumbers() throws Exception {
    Document page =
        parsed(
            new ResultsReport(
                "maths", List.of(arms("a", 100, 1.5), arms("b", 500, 1.2)), Map.of()));

    assertThat(textsOf(page))
        .containsSubsequence("1.5", "2.0", "2.5", "3.0")
        .containsSubsequence("100", "200", "300", "400", "500");
  }

  private static List<String> textsOf(Document page) {
    NodeList texts = page.getElementsByTagName("text");
    return IntStream.range(0, texts.getLength())
        .mapToObj(i -> texts.item(i).getTextContent())
        .toList();
  }

  @Test
  void givenNoFinishedJob_whenWritten_thenThePageSaysSoAndWhy() throws Exception {
    Document page =
        parsed(
            new ResultsReport(
                "<b>maths</b>",
                List.of(Reports.report("a", 10, FineTuneState.FAILED, "exit code 3 & <more>")),
                Map.of()));

    assertThat(page.getElementsByTagName("svg").getLength()).isZero();
    assertThat(page.getElementsByTagName("b").getLength()).as("texts are escaped").isZero();
    assertThat(page.getDocumentElement().getTextContent())
        .contains("No job has finished")
        .contains("exit code 3 & <more>");
  }

  private static JobReport arms(String id, int budget, double selected) {
    return Reports.finished(
        id,
        budget,
        outcome(Arm.NONE, 0, 3.0, 0.2),
        outcome(Arm.RANDOM, 0, 2.0, 0.1),
        outcome(Arm.SELECTED, 0, selected, 0.1));
  }

  /**
   * The page is well-formed XML apart from its document type and the one element without an end
   * tag.
   */
  private static Document parsed(ResultsReport report) throws Exception {
    String html = report.html();
    assertThat(html).startsWith("<!doctype html>").doesNotContain("http:", "https:", "src=");
    String xml =
        html.replace("<!doctype html>\n", "")
            .replace("<meta charset=\"utf-8\">", "<meta charset=\"utf-8\"/>");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }
}
