package io.sluice.local.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alert rules and the dashboard hold together with the metrics and the runbook. */
class MonitoringTest {
  private static final Path ALERTS = Path.of("../prometheus/alerts.yml");
  private static final Path DASHBOARD = Path.of("../grafana/sluice.json");
  private static final Path RUNBOOK = Path.of("../docs/operations.md");
  private static final Pattern METRIC = Pattern.compile("\\b(?:sluice|kafka)_[a-z0-9_]+");
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
  private static final Pattern ALERT_URL = Pattern.compile("runbook_url: (\\S+)");

  @Test
  void givenAlertsAndDashboard_whenTheirMetricsAreRead_thenTheMetricsPagesHaveAllOfThem()
      throws IOException {
    Set<String> documented = new TreeSet<>();
    for (String service : List.of("streams", "worker", "trainer")) {
      Path page = Path.of("../docs/metrics-" + service + ".md");
      documented.addAll(all(METRIC, Files.readString(page)));
    }

    Set<String> used = new TreeSet<>(all(METRIC, Files.readString(ALERTS)));
    assertThat(used).hasSizeGreaterThan(10);
    for (String expression : expressions()) {
      used.addAll(all(METRIC, expression));
    }

    assertThat(used)
        .allSatisfy(
            metric ->
                assertThat(documented)
                    .as("%s is on no metrics page", metric)
                    // A summary has a count and a sum beside what the page lists.
                    .containsAnyOf(metric, metric.replaceAll("_(count|sum)$", "")));
  }

  @Test
  void givenTheAlerts_whenTheRunbookIsRead_thenItHasAnEntryForEachAndForNoOther()
      throws IOException {
    String rules = Files.readString(ALERTS);
    List<String> names = all(ALERT, rules);

    assertThat(all(ALERT_URL, rules))
        .isEqualTo(
            names.stream()
                .map(each -> "deploy/docs/operations.md#" + each.toLowerCase(Locale.ROOT))
                .toList());
    assertThat(all(Pattern.compile("(?m)^### (Sluice\\w+)$"), Files.readString(RUNBOOK)))
        .containsExactlyElementsOf(names);
    assertThat(Files.readString(Path.of("../prometheus/alerts-test.yml")))
        .as("a unit test of each alert")
        .contains(names.stream().map(each -> "alertname: " + each).toArray(String[]::new));
  }

  @Test
  void givenTheStackInContainers_whenItsScrapingIsRead_thenOnlyTheAddressesAreOthers()
      throws IOException {
    String stack = Files.readString(Path.of("../compose/prometheus.yml"));

    assertThat(withoutAddresses(stack))
        .isEqualTo(withoutAddresses(Files.readString(ALERTS.resolveSibling("prometheus.yml"))));
    assertThat(all(Pattern.compile("targets: \\[(\\w+):"), stack))
        .as("services of the stack")
        .allSatisfy(
            service ->
                assertThat(Files.readString(Path.of("../compose/docker-compose.yml")))
                    .contains("\n  " + service + ":\n"));
  }

  @Test
  void givenTheStackInContainers_whenGrafanasFilesAreRead_thenTheyNameWhatTheStackMountsAndRuns()
      throws IOException {
    String stack = Files.readString(Path.of("../compose/docker-compose.yml"));
    Path provisioning = Path.of("../compose/grafana");

    assertThat(
            all(
                Pattern.compile("path: (\\S+)"),
                Files.readString(provisioning.resolve("dashboards/sluice.yml"))))
        .singleElement()
        .satisfies(folder -> assertThat(stack).contains("\"../grafana:" + folder + ":ro\""));
    assertThat(
            all(
                Pattern.compile("url: http://(\\w+):9090"),
                Files.readString(provisioning.resolve("datasources/prometheus.yml"))))
        .singleElement()
        .satisfies(service -> assertThat(stack).contains("\n  " + service + ":\n"));
  }

  private static String withoutAddresses(String config) {
    return config.replaceAll("(?m)^\\s*#.*\n", "").replaceAll("targets: \\[.*]", "");
  }

  @Test
  void givenPromtool_whenItChecksTheFiles_thenItAcceptsThemAndTheUnitTestsOfTheAlertsPass()
      throws IOException, InterruptedException {
    assumePromtool();

    promtool("check", "config", "prometheus.yml");
    promtool("check", "rules", "alerts.yml");
    promtool("test", "rules", "alerts-test.yml");
  }

  @Test
  void givenPromtool_whenItChecksTheQueriesOfTheDashboard_thenItAcceptsThem(@TempDir Path folder)
      throws IOException, InterruptedException {
    assumePromtool();
    List<Map<String, String>> rules = new ArrayList<>();
    for (String expression : expressions()) {
      rules.add(Map.of("record", "dashboard:query" + rules.size(), "expr", expression));
    }

    // JSON is YAML.
    Path file = folder.resolve("dashboard.yml");
    JsonMapper.builder()
        .build()
        .writeValue(
            file.toFile(), Map.of("groups", List.of(Map.of("name", "dashboard", "rules", rules))));
    promtool("check", "rules", file.toString());
  }

  private static void assumePromtool() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool"))),
        "there is no promtool: install Prometheus, on Debian with apt-get install prometheus");
  }

  private static void promtool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(ALERTS.getParent().toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private static List<String> expressions() throws IOException {
    List<String> expressions = new ArrayList<>();
    JsonNode dashboard = JsonMapper.builder().build().readTree(DASHBOARD.toFile());
    for (JsonNode panel : dashboard.path("panels")) {
      panel.path("targets").forEach(target -> expressions.add(target.path("expr").asText()));
    }
    assertThat(expressions).hasSizeGreaterThan(20).doesNotContain("");
    return expressions;
  }

  /** The first group of each match, or all of it where there is no group. */
  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MonitoringTest::firstGroup).toList();
  }

  private static String firstGroup(MatchResult match) {
    return match.groupCount() == 0 ? match.group() : match.group(1);
  }
}
