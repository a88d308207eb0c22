package io.sluice.local.cli.pool;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.streams.audit.Difference;
import io.sluice.streams.client.JobVerification;
import io.sluice.streams.client.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verify}: selects a subset again by the batch rule, and compares. */
@Command(
    description = {
      "Select the subset of a task again, from nothing, and compare it with what is published.",
      "Reads the topics alone: judges and scores every representation in Kafka, selects from the"
          + " whole pool by the batch rule, and compares each field of each published record."
          + " Nothing is written to Kafka.",
      "The last line is a JSON object for the records: the offsets before which all representations"
          + " were read, the representation's fingerprint, and checksums of the pool (ids and"
          + " scores) and of the subset (ids in selection order). Whoever reads the same offsets"
          + " gets the same checksums.",
      "With --job, the frozen dataset of a fine-tune job, its random subsets and further arms"
          + " included, is compared with what the batch rule selects from the records below the"
          + " offsets that the job names. Kafka keeps the last"
          + " record of each candidate only, so this is undecided if an example was replaced or"
          + " retracted since."
    },
    exitCodeList = {
      "0:the published subset, or the dataset of the job, is equal",
      "1:it differs, or the command failed",
      "2:wrong usage",
      "3:undecided: the streams-app has not processed everything, or more arrived meanwhile; or"
          + " what the job was selected from is not there any more",
      "130:stopped by Ctrl-C"
    })
public final class VerifyCommand implements Callable<Integer> {
  private static final int UNDECIDED = 3;
  private static final int SHOWN = 20;
  private static final JsonFactory JSON = new JsonFactory();

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private What what;

  /** What is verified: one of the two. */
  private static final class What {
    @Parameters(paramLabel = "TASK", description = "The task's id.")
    private Optional<String> task = Optional.empty();

    @Option(
        names = "--job",
        paramLabel = "JOB",
        description = "Verify the dataset of this fine-tune job instead.")
    private Optional<String> job = Optional.empty();
  }

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "How long the streams-app may take to publish what was read, and how long to read again"
              + " while more representations arrive (default: ${DEFAULT-VALUE}).")
  private int wait;

  /** Called by picocli. */
  public VerifyCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (wait < 0) {
      throw new ParameterException(
          spec.commandLine(), "--wait " + wait + ": use a number of seconds, 0 or more");
    }
    PrintWriter out = spec.commandLine().getOut();
    Verification.Verdict verdict =
        what.job.isPresent()
            ? new JobVerdict(out)
                .print(
                    connection.use(
                        kafka ->
                            new JobVerification(kafka, new BarProgress()).verify(what.job.get())))
            : print(
                connection.use(
                    kafka ->
                        new Verification(kafka, new BarProgress())
                            .verify(what.task.orElseThrow(), Duration.ofSeconds(wait))),
                out);
    out.flush();
    return switch (verdict) {
      case EQUAL -> ExitCode.OK;
      case DIFFERENT -> ExitCode.SOFTWARE;
      case UNDECIDED -> UNDECIDED;
    };
  }

  private static Verification.Verdict print(Verification.Report report, PrintWriter out)
      throws IOException {
    out.printf(
        "Task %s, revision %d: %,d of %,d candidates in the pool by %s%n",
        report.task().getTaskId(),
        report.task().getRevision(),
        report.selected(),
        report.pool(),
        report.task().getAlgorithm());
    out.println(
        switch (report.verdict()) {
          case EQUAL -> "The published subset is equal to what the batch rule selects.";
          case DIFFERENT ->
              "The published subset differs from what the batch rule selects, for %,d candidates:"
                  .formatted(report.differences().size());
          case UNDECIDED ->
              "Undecided: " + report.remark() + ". Try again later, or with a longer --wait.";
        });
    if (report.verdict() == Verification.Verdict.DIFFERENT) {
      printDifferences(report.differences(), out);
    }
    out.println(auditLine(report));
    return report.verdict();
  }

  /** Prints the first differences, and how many more there are. */
  static void printDifferences(List<Difference> differences, PrintWriter out) {
    differences.stream()
        .limit(SHOWN)
        .forEach(each -> out.printf("  %s %s%n", each.candidateId(), each.what()));
    if (differences.size() > SHOWN) {
      out.printf("  and %,d more%n", differences.size() - SHOWN);
    }
  }

  private static String auditLine(Verification.Report report) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("task", report.task().getTaskId());
      json.writeNumberField("revision", report.task().getRevision());
      json.writeStringField("verdict", report.verdict().label());
      json.writeStringField("fingerprint", report.fingerprint());
      json.writeObjectFieldStart("offsets");
      for (var end : report.offsets().entrySet()) {
        json.writeNumberField(String.valueOf(end.getKey()), end.getValue());
      }
      json.writeEndObject();
      json.writeNumberField("pool", report.pool());
      json.writeStringField("pool_sha256", report.poolChecksum());
      json.writeNumberField("selected", report.selected());
      json.writeStringField("subset_sha256", report.subsetChecksum());
      json.writeEndObject();
    }
    return text.toString();
  }
}
