package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.streams.client.CandidateIngest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.Producer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ingest}: sends the candidates of a file to the topic candidates. */
@Command(
    description = {
      "Send the candidates of a file to Kafka.",
      "The file has one JSON object per line, or is one JSON array of objects: {\"id\","
          + " \"source\"?, \"messages\": [{\"role\", \"content\", \"weight\"?}]}; the id defaults"
          + " to the number of the line or of the element. Invalid lines are reported with their"
          + " numbers, and the exit code is then 1; all valid lines are sent."
    })
public final class IngestCommand implements Callable<Integer> {
  private static final int PROGRESS_EVERY = 10_000;

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(
      paramLabel = "FILE",
      description = "The candidates as JSON lines or one JSON array, plain or gzip.")
  private Path file;

  @Option(
      names = "--skip-invalid",
      description = "Exit with 0 even if there are invalid lines; they are still reported.")
  private boolean skipInvalid;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Send only the first N valid candidates (default: all).")
  private Optional<Long> limit;

  /** Called by picocli. */
  public IngestCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (limit.isPresent() && limit.get() < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--limit " + limit.get() + ": give a number of candidates, at least 1");
    }
    try (CandidateFile lines = CandidateFile.open(file)) {
      CandidateIngest.Report report = connection.use(access -> ingest(lines, access));
      spec.commandLine()
          .getOut()
          .printf("%d candidates sent, %d lines invalid%n", report.sent(), report.invalid());
      if (report.readFailure().isPresent()) {
        throw report.readFailure().get();
      }
      if (report.sent() == 0 && report.invalid() == 0) {
        throw new IOException(file + " contains no candidates");
      }
      return report.invalid() == 0 || skipInvalid ? 0 : 1;
    }
  }

  private CandidateIngest.Report ingest(CandidateFile lines, KafkaAccess access) {
    try (Producer<String, Candidate> producer = access.producer(access.serdes().value())) {
      return new CandidateIngest(producer, access.topics().candidates(), new Progress())
          .run(lines, limit.orElse(Long.MAX_VALUE));
    }
  }

  /** Reports invalid lines and the progress on standard error. */
  private final class Progress implements CandidateIngest.Listener {
    private final PrintWriter err = spec.commandLine().getErr();

    @Override
    public void sent(long count) {
      if (count % PROGRESS_EVERY == 0) {
        err.printf("%d candidates ...%n", count);
        err.flush();
      }
    }

    @Override
    public void invalid(CandidateLine.Invalid line) {
      err.printf("%s, line %d: %s%n", file, line.line(), line.reason());
    }
  }
}
