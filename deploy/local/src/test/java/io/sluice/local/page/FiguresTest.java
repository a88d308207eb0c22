package io.sluice.local.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.TrainingLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** The figures that the page shows are those of the API, and of the commands that check it. */
@Tag("broker")
@ExtendWith(PageFixture.class)
@TestInstance(Lifecycle.PER_CLASS)
class FiguresTest {
  private static final String TASK = "figures";
  private static final int POOL = 1100;
  private static final int BUDGET = 1000;

  private PageServices services;
  private Browser browser;

  @BeforeAll
  void start(PageServices services, Browser browser) {
    this.services = services;
    this.browser = browser;
    services.put(
        TASK, 3, List.of(10, BUDGET), "\"controls\": [\"none\", \"random\"], \"seeds\": [0, 1],");
    services.send("c", POOL);
    services.awaitSelected(TASK, BUDGET);
    services
        .api()
        .await("/api/tasks/" + TASK, answer -> answer.json().path("pool").asInt() == POOL);
  }

  @Test
  void givenATask_whenItsFiguresAreRead_thenTheyAreThoseOfTheApiAndOfVerify() {
    CommandRun verified = services.command("verify", TASK);
    assertThat(verified.exitCode()).as(verified.toString()).isZero();

    open("#/tasks/" + TASK);
    browser.awaitText("main", "1,000 candidates in selection order");
    assertThat(verified.out()).contains("1,000 of 1,100 candidates in the pool");
    assertThat(browser.texts("main").get(0))
        .contains("Of 1,100 candidates in the pool, 1,000 are selected for the 3 queries");
    JsonNode task = get("");
    assertThat(browser.rows("Subsets of " + TASK))
        .extracting(row -> row.subList(0, 5))
        .isEqualTo(
            rows(
                task.path("tiers"),
                tier ->
                    List.of(
                        count(tier.path("budget")),
                        "full",
                        decimal(tier.path("mean_similarity"), 3),
                        tier.path("jobs").asInt() == 0
                            ? "no job yet"
                            : percent(tier.path("turnover"), 0),
                        count(tier.path("jobs")))));
    JsonNode page = get("/selected?offset=0&limit=50");
    assertThat(browser.rows("Selected candidates of task figures, in selection order"))
        .extracting(row -> List.of(row.get(0), row.get(1), row.get(4), row.get(5), row.get(6)))
        .isEqualTo(
            rows(
                page.path("selected"),
                one ->
                    List.of(
                        count(one.path("rank")),
                        one.path("candidate_id").asText(),
                        one.path("query").asText(),
                        decimal(one.path("score"), 3),
                        count(one.path("tier")))));
  }

  @Test
  void givenABudget_whenWhatItConsistsOfIsRead_thenItIsThatOfTheApi() {
    open("#/tasks/" + TASK + "/composition");
    browser.clickText("10");
    browser.awaitText("main", "the first 10 candidates");
    JsonNode shares = get("/shares?budget=10");
    String caption = "Shares of source in the first 10 candidates";
    browser.await(caption, () -> !browser.rows(caption).isEmpty());
    assertThat(browser.rows(caption))
        .extracting(row -> List.of(row.get(0), row.get(1), row.get(3)))
        .isEqualTo(
            rows(
                shares.path("values"),
                one ->
                    List.of(
                        one.path("value").asText(),
                        percent(one.path("selected"), shares.path("size"), 1),
                        percent(one.path("sample"), shares.path("sample_size"), 1))));

    List<JsonNode> queries = all(get("").path("coverage"));
    String served = "Queries, the worst served first";
    browser.await(served, () -> !browser.rows(served).isEmpty());
    assertThat(browser.rows(served))
        .extracting(row -> List.of(row.get(1), row.get(3), row.get(4)))
        .isEqualTo(
            queries.stream()
                .sorted(
                    Comparator.comparing((JsonNode one) -> !one.path("weak").asBoolean())
                        .thenComparing(one -> one.path("mean").asDouble()))
                .map(
                    one ->
                        List.of(
                            decimal(one.path("mean"), 3),
                            count(one.path("candidates")),
                            decimal(one.path("best"), 3)))
                .toList());
  }

  @Test
  void givenACandidate_whenItsScoresAreRead_thenTheyAreThoseOfTheApi() {
    String id = get("/selected?limit=1").path("selected").path(0).path("candidate_id").asText();
    JsonNode inTask = services.api().get("/api/candidate?id=" + id).json().path("tasks").path(0);

    open("#/candidates/" + id + "/" + TASK);
    String caption = "Scores in task figures, the highest first";
    browser.await(caption, () -> !browser.rows(caption).isEmpty());

    assertThat(browser.rows(caption))
        .as("ids of queries, and what they ask")
        .extracting(row -> row.get(0))
        .isEqualTo(
            all(inTask.path("scores")).stream()
                .sorted(Comparator.comparing(one -> -one.path("score").asDouble()))
                .map(one -> one.path("query").asText())
                .map(query -> query + "\n" + query.replace("figures-q", "Question "))
                .toList());
    assertThat(browser.rows(caption))
        .extracting(row -> row.get(1))
        .isEqualTo(
            all(inTask.path("scores")).stream()
                .map(one -> one.path("score"))
                .sorted(Comparator.comparing(score -> -score.asDouble()))
                .map(score -> decimal(score, 4))
                .toList());
    assertThat(inTask.path("scores")).hasSize(3);
  }

  @Test
  void givenTheOverview_whenItsCountersAreRead_thenTheyAreThoseOfTheApi() {
    open("#/");
    browser.awaitText("main", "1,100");
    JsonNode flow = services.api().get("/api/overview").json().path("flow");
    browser.await(
        "the counters",
        () ->
            browser.texts("main dl.facts .fact").stream()
                .map(text -> text.split("\n")[1])
                .toList()
                .equals(
                    Stream.of("candidates", "represented", "scored", "dead_letters")
                        .map(name -> count(flow.path(name)))
                        .toList()));
  }

  @Test
  void givenAJobWithResults_whenItsViewIsRead_thenTheLossesAreThoseReported() {
    String job = services.fire(TASK, 10);
    services.report(
        FineTuneResult.newBuilder()
            .setJobId(job)
            .setTaskId(TASK)
            .setState(FineTuneState.FINISHED)
            .setReportedAt(System.currentTimeMillis())
            .setOutput("/models/" + job)
            .setLog("loading\nepoch 2 of 2")
            .setOutcomes(
                List.of(
                    outcome(Arm.NONE, 0, 3.25),
                    outcome(Arm.RANDOM, 0, 2.5),
                    outcome(Arm.RANDOM, 1, 2.75),
                    outcome(Arm.SELECTED, 0, 1.5),
                    outcome(Arm.SELECTED, 1, 1.25)))
            .build());
    services
        .api()
        .await(
            "/api/jobs/" + job,
            answer -> answer.json().path("job").path("state").asText().equals("finished"));

    open("#/jobs/" + job);
    String caption = "Losses of the arms";
    browser.await(caption, () -> !browser.rows(caption).isEmpty());

    JsonNode results = services.api().get("/api/jobs/" + job).json().path("results");
    assertThat(browser.rows(caption))
        .extracting(row -> row.get(2))
        .isEqualTo(
            rows(
                results,
                one ->
                    "%s ± %s"
                        .formatted(
                            decimal(one.path("query_loss").path("mean"), 4),
                            decimal(one.path("query_loss").path("standard_error"), 4))));
    assertThat(browser.rows(caption))
        .extracting(row -> row.get(2).split(" ")[0])
        .containsExactly("3.2500", "2.6250", "1.3750");
    String difference = "-1.2500 ± 0.2500";
    assertThat(browser.rows(caption).get(2).get(3))
        .as("with the standard error over the two seeds")
        .isEqualTo(difference);
    browser.awaitText(
        "main",
        "Selection pays on the queries: the loss is lower than that of the random subset by more than two standard errors (%s nats per token)"
            .formatted(difference));
    browser.await("a curve for each of four trainings", () -> lines().size() == 4);
    assertThat(lines().stream().map(line -> line.replaceAll(" [\\d.].*", "")))
        .containsExactlyInAnyOrder(
            "line series-0", "line series-0", "line series-1", "line series-1");
    List<String> legends = browser.texts("main .legend");
    assertThat(legends.get(legends.size() - 1).lines())
        .as("each arm once")
        .containsExactlyInAnyOrder("selected subset", "random subset");
    browser.awaitText("main", "/models/" + job);
    browser.awaitText("main pre", "loading\nepoch 2 of 2");
    browser.await("the distances", () -> !browser.rows("Distances of the arms").isEmpty());

    open("#/jobs");
    browser.awaitText(
        "main table",
        "better than the random subset on the queries: -1.2500 ± 0.2500 nats per token");
    JsonNode inList =
        services.api().get("/api/results?task=" + TASK).json().path("results").path(0);
    assertThat(inList.path("job").asText()).isEqualTo(job);
    assertThat(inList.path("results")).isEqualTo(results);
  }

  /** The curves of trainings: the class, which has the colour, and the points of each. */
  @SuppressWarnings("unchecked")
  private List<String> lines() {
    return (List<String>)
        browser.script(
            "return [...document.querySelectorAll('main .plot polyline')].map((one) => one.getAttribute('class') + ' ' + one.getAttribute('points'))");
  }

  @Test
  void givenASubset_whenItIsDownloaded_thenItIsThatOfTheApi() throws IOException {
    open("#/tasks/" + TASK);
    browser.choose("Budget", "10");
    browser.awaitText("main", "10 candidates in selection order.");
    browser.click("[data-key='jsonl']");

    assertThat(Files.readString(browser.downloaded()))
        .isEqualTo(
            services.api().get("/api/tasks/" + TASK + "/selected?budget=10&format=jsonl").text());
  }

  private static ArmOutcome outcome(Arm arm, int seed, double loss) {
    return ArmOutcome.newBuilder()
        .setArm(arm)
        .setSeed(seed)
        .setQueryLoss(new MeanLoss(loss, 0.125, 3, List.of()))
        .setTrainingLosses(
            arm == Arm.NONE
                ? List.of()
                : List.of(new TrainingLoss(1, (float) loss + 1), new TrainingLoss(2, (float) loss)))
        .build();
  }

  private void open(String fragment) {
    browser.open(services.page(), fragment);
  }

  private JsonNode get(String path) {
    return services.api().get("/api/tasks/" + TASK + path).json();
  }

  private static List<JsonNode> all(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).toList();
  }

  private static <T> List<T> rows(JsonNode list, Function<JsonNode, T> row) {
    return all(list).stream().map(row).toList();
  }

  private static String count(JsonNode number) {
    return "%,d".formatted(number.asLong());
  }

  private static String decimal(JsonNode number, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", number.asDouble());
  }

  private static String percent(JsonNode part, JsonNode whole, int digits) {
    return percent(DoubleNode.valueOf(part.asDouble() / whole.asInt()), digits);
  }

  private static String percent(JsonNode share, int digits) {
    return share.isNumber()
        ? String.format(Locale.ROOT, "%." + digits + "f%%", 100 * share.asDouble())
        : "–";
  }
}
