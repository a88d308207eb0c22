package io.sluice.local.cli.job;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.schemas.FineTuneJob;
import io.sluice.streams.client.AvroJson;
import io.sluice.streams.client.FineTuneJobs;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jobs show}: prints the record of a job and its result. */
@Command(
    name = "show",
    description = {
      "Print the record of a job and its result as JSON: {\"job\", \"result\"?}.",
      "The result is the last report of a trainer, if one has taken the job."
    })
final class JobShowCommand implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "JOB", description = "The job's id.")
  private String jobId;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ObjectNode shown =
        connection.use(
            access -> {
              FineTuneJobs jobs = new FineTuneJobs(access);
              FineTuneJob job = jobs.find(jobId);
              ObjectNode all = JSON.createObjectNode();
              all.set("job", AvroJson.of(job));
              Optional.ofNullable(jobs.results().get(jobId))
                  .ifPresent(result -> all.set("result", AvroJson.of(result)));
              return all;
            });
    spec.commandLine()
        .getOut()
        .println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(shown));
    return 0;
  }
}
