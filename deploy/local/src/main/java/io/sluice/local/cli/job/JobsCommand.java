package io.sluice.local.cli.job;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.console.TextTable;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.JobState;
import io.sluice.streams.client.FineTuneJobs;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jobs}: lists the fine-tune jobs; its subcommands show, fire and cancel one. */
@Command(
    description = {
      "List the fine-tune jobs fired so far. Subcommands show, fire or cancel a job.",
      "STATE is open until a trainer has taken the job, and then the state that the trainer reported."
    },
    subcommands = {JobShowCommand.class, JobFireCommand.class, JobCancelCommand.class})
public final class JobsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  /** Created by picocli, which then sets the fields. */
  public JobsCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<List<String>> rows =
        connection.use(
            access -> {
              FineTuneJobs jobs = new FineTuneJobs(access);
              List<FineTuneJob> all = jobs.all();
              Map<String, FineTuneResult> results = jobs.results();
              return all.stream().map(job -> row(job, results)).toList();
            });
    TextTable.print(
        List.of(
            "TASK", "REVISION", "BUDGET", "SEQUENCE", "TRIGGER", "STATE", "POOL", "FIRED", "JOB"),
        rows,
        spec.commandLine().getOut());
    return 0;
  }

  private static List<String> row(FineTuneJob job, Map<String, FineTuneResult> results) {
    return List.of(
        job.getTaskId(),
        Integer.toString(job.getRevision()),
        Integer.toString(job.getBudget()),
        Integer.toString(job.getSequence()),
        lower(job.getTrigger()),
        job.getState() == JobState.OPEN && results.containsKey(job.getJobId())
            ? lower(results.get(job.getJobId()).getState())
            : lower(job.getState()),
        Long.toString(job.getPoolSize()),
        Instant.ofEpochMilli(job.getFiredAt()).truncatedTo(ChronoUnit.SECONDS).toString(),
        job.getJobId());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
