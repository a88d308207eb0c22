package io.sluice.streams.report;

import static io.sluice.streams.report.Reports.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.FineTuneState;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ResultsReportTest {
  private static final SubsetDistance DISTANCE =
      new SubsetDistance(
          new Estimate(0.4, 0.01, 20),
          Optional.of(new Estimate(0.9, 0.02, 20)),
          List.of(
              new SubsetDistance.Tier(0, 10, new Estimate(0.3, 0.01, 10)),
              new SubsetDistance.Tier(10, 20, new Estimate(0.5, 0.01, 10))));

  @Test
  void givenTwoBudgets_whenWritten_thenThreePlotsWithAPointAnArmAndBudget() throws Exception {
    Document page =
        parsed(
            new ResultsReport(
                "maths", List.of(arms("a", 10, 1.5), arms("b", 20, 1.2)), Map.of("b", DISTANCE)));

    assertThat(page.getElementsByTagName("svg").getLength()).isEqualTo(3);
    assertThat(page.getElementsByTagName("tr").getLength()).isEqualTo(1 + 6);
    assertThat(page.getElementsByTagName("circle").getLength())
        .as("points and legends of loss by budget, distance by tier, loss by distance")
        .isEqualTo((6 + 3) + (3 + 2) + (2 + 2));
    assertThat(page.getDocumentElement().getTextContent())
        .contains("selected, budget 20: 1.2000 ± 0.1000")
        .contains("ranks 10 to 19: 0.5000 ± 0.0100");
  }

  @Test
  void givenTwoJobsOfABudget_whenWritten_thenThePlotShowsTheLast() throws Exception {
    Document page =
        parsed(
            new ResultsReport("maths", List.of(arms("a", 10, 1.5), arms("b", 10, 1.2)), Map.of()));

    assertThat(page.getElementsByTagName("svg").getLength()).as("no distances").isEqualTo(1);
    assertThat(page.getElementsByTagName("circle").getLength()).isEqualTo(3 + 3);
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

  /** The page keeps to XML but for elements that have no end, of which there is one. */
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
