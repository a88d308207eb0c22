package io.sluice.local.cli.job;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.console.TextTable;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.validation.ForeignText;
import io.sluice.streams.client.FineTuneJobs;
import io.sluice.streams.report.JobReport;
import io.sluice.streams.report.ResultsReport;
import io.sluice.streams.report.ResultsTable;
import io.sluice.streams.report.SubsetDistance;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code results}: prints the results of a task's fine-tune jobs. */
@Command(
    description = {
      "Print the results of a task's fine-tune jobs: the losses of the base model, of models trained"
          + " on random subsets and of models trained on the selected subsets, each on the queries"
          + " and, if the task has any, on the held-out examples.",
      ResultsTable.LEGEND
    })
public final class ResultsCommand implements Callable<Integer> {
  /** The number of characters of a result's detail that are printed. */
  private static final int DETAIL_SHOWN = 1000;

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String task;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write an HTML page with plots, which needs no other files.")
  private Optional<Path> report;

  /** Created by picocli, which then sets the fields. */
  public ResultsCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Optional<Path> page = report.isPresent() ? Optional.of(target(report.get())) : Optional.empty();
    List<JobReport> reports = connection.use(access -> reports(new FineTuneJobs(access)));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(ResultsTable.json(reports)));
      out.flush();
    } else {
      TextTable.print(ResultsTable.header(reports), ResultsTable.rows(reports), out);
      reports.stream()
          .filter(each -> !each.result().getDetail().isEmpty())
          .forEach(
              each ->
                  out.printf(
                      "%s: %s%n",
                      each.job().getJobId(),
                      ForeignText.shown(each.result().getDetail(), DETAIL_SHOWN)));
      out.flush();
    }
    if (page.isPresent()) {
      write(page.get(), reports);
      spec.commandLine().getErr().printf("Report: %s%n", page.get());
    }
    return 0;
  }

  private List<JobReport> reports(FineTuneJobs jobs) {
    List<FineTuneJob> fired =
        jobs.all().stream().filter(job -> job.getTaskId().equals(task)).toList();
    if (fired.isEmpty()) {
      throw new IllegalArgumentException(
          "no fine-tune job has fired for task '%s': 'task list' shows the tasks, 'jobs' the jobs"
              .formatted(task));
    }
    Map<String, FineTuneResult> results = jobs.results();
    if (fired.stream().noneMatch(job -> results.containsKey(job.getJobId()))) {
      spec.commandLine().getErr().println("No trainer has reported on the task's jobs yet.");
    }
    return fired.stream()
        .filter(job -> results.containsKey(job.getJobId()))
        .map(job -> new JobReport(job, results.get(job.getJobId())))
        .toList();
  }

  /**
   * Resolves the file of the page. Devices, pipes and folders are refused, since writing the page
   * would replace them.
   */
  private static Path target(Path file) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath().normalize();
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException(file + " is not a regular file: give --report the name of a file");
    }
    if (!Files.isDirectory(target.getParent())) {
      throw new IOException(target.getParent() + " is not a folder: create it first");
    }
    return target;
  }

  private void write(Path file, List<JobReport> reports) throws IOException, InterruptedException {
    Map<String, SubsetDistance> distances =
        connection.use(access -> distances(new FineTuneJobs(access), reports));
    Path aside = file.resolveSibling(file.getFileName() + ".writing");
    try {
      Files.writeString(aside, new ResultsReport(task, reports, distances).html());
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private Map<String, SubsetDistance> distances(FineTuneJobs jobs, List<JobReport> reports) {
    List<Integer> budgets =
        reports.stream().map(each -> each.job().getBudget()).distinct().sorted().toList();
    Map<String, SubsetDistance> distances = new HashMap<>();
    for (JobReport each : ResultsReport.plotted(reports)) {
      distance(jobs, each.job(), budgets)
          .ifPresent(distance -> distances.put(each.job().getJobId(), distance));
    }
    return distances;
  }

  private Optional<SubsetDistance> distance(
      FineTuneJobs jobs, FineTuneJob job, List<Integer> budgets) {
    try {
      return Optional.of(SubsetDistance.of(jobs.dataset(job), budgets));
    } catch (IllegalArgumentException e) {
      spec.commandLine()
          .getErr()
          .printf("The report shows no distances for a job: %s%n", e.getMessage());
      return Optional.empty();
    }
  }
}
