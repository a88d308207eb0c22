package io.sluice.streams.cli;

import io.sluice.schemas.FineTuneJob;
import io.sluice.streams.client.FineTuneJobs;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jobs}: the fine-tune jobs fired so far. */
@Command(name = "jobs", description = "List the fine-tune jobs fired so far.")
public final class JobsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

  /** Made by the command line. */
  public JobsCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<FineTuneJob> jobs = kafka.use(access -> new FineTuneJobs(access).all());
    TextTable.print(
        List.of("TASK", "REVISION", "BUDGET", "SEQUENCE", "EXAMPLES", "POOL", "JOB"),
        jobs.stream().map(JobsCommand::row).toList(),
        spec.commandLine().getOut());
    return 0;
  }

  private static List<String> row(FineTuneJob job) {
    return List.of(
        job.getTaskId(),
        Integer.toString(job.getRevision()),
        Integer.toString(job.getBudget()),
        Integer.toString(job.getSequence()),
        Integer.toString(job.getExamples()),
        Long.toString(job.getPoolSize()),
        job.getJobId());
  }
}
