package io.sluice.streams.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
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

/** {@code results}: what became of a task's fine-tune jobs. */
@Command(
    name = "results",
    description = {
      "Print what became of a task's fine-tune jobs: the loss on the queries, and on the held-out"
          + " examples where there are some, of the base model, of models trained on random subsets"
          + " and of those trained on the selected ones.",
      ResultsTable.LEGEND
    })
public final class ResultsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String task;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write a page with plots, too: HTML that needs nothing else.")
  private Optional<Path> report;

  /** Made by the command line. */
  public ResultsCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<JobReport> reports = kafka.use(access -> reports(new FineTuneJobs(access)));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(ResultsTable.json(reports)));
      out.flush();
    } else {
      TextTable.print(ResultsTable.HEADER, ResultsTable.rows(reports), out);
      reports.stream()
          .filter(each -> !each.result().getDetail().isEmpty())
          .forEach(
              each -> out.printf("%s: %s%n", each.job().getJobId(), each.result().getDetail()));
      out.flush();
    }
    if (report.isPresent()) {
      write(report.get(), reports);
      spec.commandLine().getErr().printf("Report: %s%n", report.get());
    }
    return 0;
  }

  private List<JobReport> reports(FineTuneJobs jobs) {
    Map<String, FineTuneResult> results = jobs.results();
    return jobs.all().stream()
        .filter(job -> job.getTaskId().equals(task) && results.containsKey(job.getJobId()))
        .map(job -> new JobReport(job, results.get(job.getJobId())))
        .toList();
  }

  private void write(Path file, List<JobReport> reports) throws IOException, InterruptedException {
    Map<String, SubsetDistance> distances =
        kafka.use(access -> distances(new FineTuneJobs(access), reports));
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
      spec.commandLine().getErr().printf("No distances of it in the report: %s%n", e.getMessage());
      return Optional.empty();
    }
  }
}
