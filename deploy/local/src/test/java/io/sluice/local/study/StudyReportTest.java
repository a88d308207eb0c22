package io.sluice.local.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.streams.report.EvaluationSet;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** What the study computes from losses, and the files that show it. */
class StudyReportTest {
  private static final StudyArm BY_GRADIENT = new StudyArm.Selected("gradient", "doubly-greedy");

  private static StudyResults results;

  @BeforeAll
  static void computeResults() throws IOException {
    results = SmallStudy.results();
  }

  @Test
  void givenLossesThatFollowADistance_whenCorrelated_thenItsCorrelationIsOneAndOthersAreNot() {
    List<StudyResults.Correlation> all = results.correlations();

    assertThat(all)
        .as("two tasks and representations, slices and two budgets; maths on both sets")
        .hasSize(2 * 3 * 2 + 2 * 3);
    assertThat(all)
        .filteredOn(
            one -> one.representation().equals("gradient") && one.set() == EvaluationSet.QUERIES)
        .hasSize(6)
        .allSatisfy(one -> assertThat(one.rho()).isCloseTo(1, within(1e-9)));
    assertThat(all)
        .filteredOn(one -> one.representation().equals("embedding"))
        .allSatisfy(one -> assertThat(one.rho()).isNotEqualTo(1));
    assertThat(all).extracting(StudyResults.Correlation::count).containsOnly(5, 11);
  }

  @Test
  void givenLosses_whenRanked_thenTheNearestSubsetHasTheLowestLoss() {
    Contest contest = results.contest("maths", 4, EvaluationSet.QUERIES);

    assertThat(contest.ranked()).hasSize(1 + 2 * 5);
    assertThat(contest.winner().losses())
        .as("no four candidates are nearer, but another algorithm may select the same")
        .isEqualTo(results.losses("maths", BY_GRADIENT, 4, EvaluationSet.QUERIES));
    assertThat(contest.winner().losses().examples()).isEqualTo(3);
  }

  @Test
  void givenAlgorithmsOfARepresentation_whenAveraged_thenTheLossIsTheMeanOfTheirs() {
    Contest contest = results.ofRepresentations("code", 8, EvaluationSet.QUERIES);

    double expected =
        results.plan().algorithms().stream()
            .mapToDouble(
                algorithm ->
                    results
                        .losses(
                            "code",
                            new StudyArm.Selected("embedding", algorithm),
                            8,
                            EvaluationSet.QUERIES)
                        .mean())
            .average()
            .orElseThrow();
    assertThat(contest.ranked()).hasSize(3);
    assertThat(contest.ranked())
        .filteredOn(one -> one.label().equals("embedding"))
        .singleElement()
        .satisfies(one -> assertThat(one.losses().mean()).isCloseTo(expected, within(1e-12)));
    assertThat(results.ofAlgorithms("code", 8, EvaluationSet.QUERIES).ranked()).hasSize(6);
  }

  @Test
  void givenSubsets_whenCompared_thenOverlapAndSourcesAreShares() {
    List<String> ids = results.ids("maths", BY_GRADIENT, 8);
    List<String> others = results.ids("maths", StudyArm.RANDOM, 8);

    long common = ids.stream().filter(others::contains).count();
    assertThat(results.overlap("maths", BY_GRADIENT, StudyArm.RANDOM, 8)).isEqualTo(common / 8.0);
    assertThat(results.overlap("maths", BY_GRADIENT, BY_GRADIENT, 8)).isEqualTo(1);
    assertThat(results.sourcesOfPool()).isEqualTo(Map.of("books", 0.5, "web", 0.5));
    long books = ids.stream().filter(id -> id.compareTo("c20") < 0).count();
    assertThat(results.sources("maths", BY_GRADIENT, 8).getOrDefault("books", 0.0))
        .isEqualTo(books / 8.0);
  }

  @Test
  void givenACellWithoutLosses_whenCollected_thenRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new StudyResults(results.plan(), results.pool(), results.subsets(), Map.of()))
        .withMessageContaining("no losses of");
  }

  @Test
  void givenResults_whenWrittenAsCsv_thenEachCellIsALine() {
    List<String> lines = new StudyTables(results).csv().lines().toList();

    assertThat(lines).hasSize(1 + results.plan().cells().size());
    assertThat(lines.get(0))
        .isEqualTo(
            "task,representation,algorithm,slice,budget,seed,query_loss,query_loss_standard_error,"
                + "held_out_loss,held_out_loss_standard_error,distance_gradient,distance_embedding");
    assertThat(lines.get(1)).startsWith("maths,,none,,0,0,2.1666666666666665,").endsWith(",,");
    assertThat(lines).filteredOn(line -> line.startsWith("code,gradient,uot,,8,1,")).hasSize(1);
    assertThat(lines)
        .filteredOn(line -> line.startsWith("code,gradient,round-robin,5,"))
        .hasSize(2);
    assertThat(lines).allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(12));
  }

  @Test
  void givenResults_whenWrittenAsJson_thenItHasLossesOfExamplesAndSelectedIds() throws IOException {
    JsonNode json =
        new ObjectMapper().readTree(new StudyTables(results).json(Map.of("model", "x")));

    assertThat(json.path("inputs").path("model").asText()).isEqualTo("x");
    assertThat(json.path("cells")).hasSize(results.plan().cells().size());
    assertThat(json.path("cells").path(0).path("query_losses")).hasSize(3);
    assertThat(json.path("cells").path(0).path("held_out_losses")).hasSize(3);
    assertThat(json.path("contests")).hasSize(3 * (2 * 2 + 2));
    assertThat(json.path("subsets")).hasSize(2 * 11);
    assertThat(json.path("subsets").path(0).path("ids")).hasSize(8);
    assertThat(json.path("overlaps")).hasSize(2 * 2 * 11 * 10 / 2);
  }

  @Test
  void givenResults_whenWrittenAsAPage_thenItIsWellFormedAndLoadsNothing() throws Exception {
    String html = new StudyPage(results).html(Map.of("model", "<b>"));

    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new InputSource(
                    new StringReader(
                        html.substring(html.indexOf('\n') + 1)
                            .replace("<meta charset=\"utf-8\">", ""))));
    assertThat(page.getElementsByTagName("svg").getLength())
        .as("per task and set: budgets and distances by representation, and slices")
        .isEqualTo(3 * (2 + 2 + 1));
    assertThat(page.getElementsByTagName("table").getLength()).isEqualTo(5 + 2 * 2);
    assertThat(html)
        .doesNotContain("<script", "http:", "https:", "src=", "@import", "url(")
        .contains("maths", "&lt;b&gt;", "gradient/doubly-greedy", "books", "+1.00");
  }
}
