package io.sluice.local.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs helm with the chart, as users do. */
public final class Helm {
  /** The chart. */
  public static final Path CHART = Path.of("../helm/sluice");

  private static final Path EXAMPLES = Path.of("../helm/examples");

  private Helm() {}

  /** Skips the calling test where helm is not on the path. */
  public static void assumeInstalled() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "helm"))),
        "there is no helm on the path: deploy/docs/kubernetes.md says where to get it");
  }

  /** The names of the example files with values. */
  public static List<String> examples() {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The manifests of the release "demo" in the namespace "apps".
   *
   * @param example name of a file with values
   * @param arguments further arguments, such as {@code --set}
   */
  public static List<JsonNode> render(String example, String... arguments) {
    return renderAs("demo", example, arguments);
  }

  /** The manifests of a release of another name. */
  static List<JsonNode> renderAs(String release, String example, String... arguments) {
    Outcome outcome = template(release, example, arguments);
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    try (var documents =
        new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(outcome.output())) {
      List<JsonNode> manifests = new ArrayList<>();
      documents.forEachRemaining(manifests::add);
      manifests.removeIf(each -> !each.isObject());
      return manifests;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The messages with which rendering is refused. */
  static String refusal(String example, String... arguments) {
    return refusalOf("demo", example, arguments);
  }

  /** The messages with which rendering a release of another name is refused. */
  static String refusalOf(String release, String example, String... arguments) {
    Outcome outcome = template(release, example, arguments);
    assertThat(outcome.exitCode()).as("helm renders what it should refuse").isNotZero();
    return outcome.errors();
  }

  private static Outcome template(String release, String example, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of("template", release, CHART.toString(), "--namespace", "apps", "--values"));
    all.add(EXAMPLES.resolve(example).toString());
    all.addAll(List.of(arguments));
    return run(all);
  }

  /** What "helm lint" says of the chart with these values. */
  static Outcome lint(String example) {
    return run(
        List.of(
            "lint",
            "--strict",
            CHART.toString(),
            "--values",
            EXAMPLES.resolve(example).toString()));
  }

  private static Outcome run(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("helm"));
    command.addAll(arguments);
    try {
      Path errors = Files.createTempFile("helm", ".log");
      try {
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output, Files.readString(errors));
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * How a run ended.
   *
   * @param exitCode 0 when it succeeded
   * @param output standard output
   * @param errors standard error
   */
  record Outcome(int exitCode, String output, String errors) {}
}
