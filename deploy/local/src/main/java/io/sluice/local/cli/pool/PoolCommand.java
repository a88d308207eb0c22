package io.sluice.local.cli.pool;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.options.OutputFile;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.message.MessageJson;
import io.sluice.streams.client.PoolSelection;
import io.sluice.streams.transport.PoolAlgorithm;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pool}: selects from the whole pool of a task on demand. */
@Command(
    description = {
      "Select from the whole pool of a task, by an algorithm that needs all scores at once.",
      "Reads the representations and the task's query representations from Kafka as they are now,"
          + " applies the task's rules, scores every candidate, and selects. Nothing is written to"
          + " Kafka: the task's own subset stays as it is.",
      "The output has one JSON object per line: {\"rank\", \"candidate_id\", \"mass\","
          + " \"messages\"}; the rank counts from 0, and the masses of all candidates have the sum"
          + " 1."
    })
public final class PoolCommand implements Callable<Integer> {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String task;

  @Option(
      names = "--algorithm",
      required = true,
      paramLabel = "NAME",
      description = {
        "The algorithm.",
        "uot: candidates by the mass that unbalanced optimal transport moves to them.",
        "knn-kde: candidates that are near many queries, those with many similar ones around them"
            + " less. Keeps the vectors of each query's neighbours in memory, and compares all of"
            + " them with each other.",
        "The other algorithms need no command of their own: a task that uses one of them has its"
            + " subset at any time."
      })
  private String algorithmName;

  @Option(
      names = "--budget",
      required = true,
      paramLabel = "B",
      description = "How many candidates to select, at least 1.")
  private int budget;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the candidates to this file instead of standard output.")
  private Optional<Path> out;

  /** Called by picocli. */
  public PoolCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    PoolAlgorithm algorithm =
        PoolAlgorithm.named(algorithmName)
            .orElseThrow(
                () ->
                    usage(
                        "--algorithm "
                            + algorithmName
                            + ": use uot or knn-kde. Others are algorithms of tasks (task put"
                            + " --algorithm), whose subsets the command selected prints"));
    if (budget < 1) {
      throw usage("--budget " + budget + ": a budget is a number of candidates, at least 1");
    }
    if (out.isPresent()) {
      OutputFile.requireWritable("--out", out.get());
    }
    PoolSelection.Result result =
        connection.use(
            kafka -> new PoolSelection(kafka, new BarProgress()).select(task, algorithm, budget));
    if (out.isPresent()) {
      try (Writer writer = Files.newBufferedWriter(out.get())) {
        write(result, writer);
      }
    } else {
      write(result, spec.commandLine().getOut());
    }
    if (budget > result.pool()) {
      spec.commandLine()
          .getErr()
          .printf(
              "The budget is %d, but the pool of task %s has only %d candidates%n",
              budget, task, result.pool());
    }
    return 0;
  }

  private static void write(PoolSelection.Result result, Writer out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.setRootValueSeparator(null);
      for (PoolSelection.Entry entry : result.entries()) {
        write(entry, json);
        json.writeRaw('\n');
      }
    }
  }

  private static void write(PoolSelection.Entry entry, JsonGenerator json) throws IOException {
    Candidate candidate = entry.candidate();
    json.writeStartObject();
    json.writeNumberField("rank", entry.rank());
    json.writeStringField("candidate_id", candidate.getId());
    if (!candidate.getSource().isEmpty()) {
      json.writeStringField("source", candidate.getSource());
    }
    json.writeNumberField("mass", entry.mass());
    json.writeFieldName("messages");
    MessageJson.write(candidate.getMessages(), json);
    MessageJson.writeToolsAndMetadata(candidate.getTools(), candidate.getMetadata(), json);
    json.writeEndObject();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
