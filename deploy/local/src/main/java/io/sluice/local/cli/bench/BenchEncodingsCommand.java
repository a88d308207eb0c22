package io.sluice.local.cli.bench;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.local.bench.EncodingsComparison;
import io.sluice.local.bench.StoredForm;
import io.sluice.local.cli.offline.BaseModelOption;
import io.sluice.local.cli.offline.LineRepresenter;
import io.sluice.local.console.WorkBar;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.file.ExampleFile;
import io.sluice.schemas.file.ExampleLine;
import io.sluice.streams.selection.Tiers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench encodings}: compares the encodings of gradients by agreement, size and time. */
@Command(
    name = "encodings",
    description = {
      "Select by whole gradients and by their sketches in each encoding, and compare the results.",
      "Prints a table: the share of the top candidates that both selections have in common (mean"
          + " over the tasks), the bytes per candidate, and the processor time per candidate."
    })
final class BenchEncodingsCommand implements Callable<Integer> {
  /** Length limit of an example, in tokens. */
  private static final int MAX_LENGTH = 512;

  @Spec private CommandSpec spec;

  @Mixin private BaseModelOption model;

  @Option(
      names = "--checkpoint",
      required = true,
      arity = "1..*",
      paramLabel = "DIR",
      description = "Folders of the model's LoRA warm-up checkpoints, all of one run.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--candidates",
      required = true,
      paramLabel = "FILE",
      description = "JSON lines of {\"id\"?, \"messages\"}, plain or gzip.")
  private Path candidates;

  @Option(
      names = "--task",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Task files, which contain the queries.")
  private List<Path> tasks = List.of();

  @Option(
      names = "--limit",
      defaultValue = "1500",
      paramLabel = "N",
      description = "Use only the first N candidates (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--dimension",
      split = ",",
      defaultValue = "4096,8192,16384,32768,65536",
      paramLabel = "N",
      description = "Numbers of values of a sketch (default: ${DEFAULT-VALUE}).")
  private List<Integer> dimensions = List.of();

  @Option(
      names = "--encoding",
      split = ",",
      defaultValue = "FLOAT16,INT8,INT4,SIGN",
      paramLabel = "NAME",
      description = "Encodings of the values (default: ${DEFAULT-VALUE}).")
  private List<FeatureEncoding> encodings = List.of();

  @Option(
      names = "--seeds",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Sketches with different seeds per row; their mean is shown (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--budget",
      split = ",",
      defaultValue = "50,100,200",
      paramLabel = "B",
      description =
          "How many of the top candidates are compared, ascending (default: ${DEFAULT-VALUE}).")
  private List<Integer> budgets = List.of();

  @Override
  public Integer call() throws IOException {
    List<StoredForm> forms = validForms();
    List<ExampleLine> lines = ExampleFile.read(candidates);
    RepresentationSettings settings =
        RepresentationSettings.gradient(
            model.folder(), checkpoints, new Projection.None(), MAX_LENGTH);
    try (Representer representer = ExampleRepresenter.open(settings)) {
      print(
          compare(representer, lines.subList(0, Math.min(limit, lines.size())), forms),
          representer);
    }
    return ExitCode.OK;
  }

  private EncodingsComparison compare(
      Representer representer, List<ExampleLine> lines, List<StoredForm> forms) throws IOException {
    List<float[][][]> querySets = new ArrayList<>();
    for (Path task : tasks) {
      querySets.add(queries(representer, ExampleFile.read(task)));
    }
    EncodingsComparison comparison =
        new EncodingsComparison(querySets, representer.checkpointWeights(), forms, seeds, budgets);
    try (ProgressBar progress = WorkBar.show("Compared", lines.size())) {
      new LineRepresenter(representer, ExampleRole.CANDIDATE)
          .represent(
              lines,
              (line, outcome) -> {
                if (outcome instanceof Representer.Unusable unusable) {
                  spec.commandLine()
                      .getErr()
                      .println(
                          "%s, %s is left out: %s"
                              .formatted(
                                  candidates, LineRepresenter.describe(line), unusable.reason()));
                } else {
                  comparison.offer(((Representer.Represented) outcome).rows());
                }
                progress.step();
              });
    }
    return comparison;
  }

  private float[][][] queries(Representer representer, List<ExampleLine> lines) throws IOException {
    List<float[][]> queries = new ArrayList<>();
    new LineRepresenter(representer, ExampleRole.QUERY)
        .represent(
            lines,
            (line, outcome) -> {
              if (outcome instanceof Representer.Unusable unusable) {
                throw new IllegalArgumentException(
                    LineRepresenter.describe(line) + ": " + unusable.reason());
              }
              queries.add(((Representer.Represented) outcome).rows());
            });
    return queries.toArray(float[][][]::new);
  }

  /**
   * The combinations of dimension and encoding. Checks all options first, since the comparison may
   * take long.
   */
  private List<StoredForm> validForms() {
    if (limit < 1 || seeds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--limit " + limit + ", --seeds " + seeds + ": use 1 or more");
    }
    try {
      new Tiers(budgets);
      dimensions.forEach(Projection::sketch);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return dimensions.stream()
        .flatMap(
            dimension -> encodings.stream().map(encoding -> new StoredForm(dimension, encoding)))
        .toList();
  }

  private void print(EncodingsComparison comparison, Representer representer) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d candidates, %d queries of %d tasks, %d checkpoints, gradients of %,d values%n%n",
        comparison.candidates(),
        comparison.queries(),
        tasks.size(),
        representer.checkpoints(),
        representer.dimension());
    String tops =
        budgets.stream().map(budget -> "top " + budget).collect(Collectors.joining(" | "));
    out.printf("| dimensions | encoding | bytes | %s | sketch us | encode us | score us |%n", tops);
    out.println("|---|---|---|" + "---|".repeat(budgets.size() + 3));
    for (EncodingsComparison.Finding finding : comparison.findings()) {
      out.printf(
          "| %,d | %s | %,d | %s | %.0f | %.0f | %.0f |%n",
          finding.form().dimension(),
          finding.form().encoding(),
          finding.form().bytes(representer.checkpoints()),
          finding.overlaps().stream().map("%.3f"::formatted).collect(Collectors.joining(" | ")),
          finding.sketchMicros(),
          finding.encodeMicros(),
          finding.scoreMicros());
    }
    out.flush();
  }
}
