package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.options.OutputFile;
import io.sluice.local.cli.options.ReadingOptions;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.InputFiles;
import io.sluice.schemas.form.FormOptions;
import io.sluice.streams.client.CandidateIngest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ingest}: sends the candidates of files to the topic candidates. */
@Command(
    description = {
      "Send the candidates of files to Kafka.",
      "A file has one JSON object per line, is one JSON array of objects, or is Parquet. Each"
          + " example is recognised by its fields: messages (OpenAI, Hugging Face), conversations"
          + " (ShareGPT), conversation (WildChat), instruction and output (Alpaca), prompt and"
          + " completion. The id defaults to the number of the line, of the element or of the row,"
          + " with the name of the file before it if there are several files. Invalid lines are reported"
          + " with their numbers, and the exit code is then 1; all valid lines are sent."
    })
public final class IngestCommand implements Callable<Integer> {
  private static final int PROGRESS_EVERY = 10_000;
  private static final int SHOWN = 3;

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;
  @Mixin private ReadingOptions reading;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Files of candidates, plain or compressed with gzip or zstd; folders, of which all files"
              + " are read that end in .jsonl, .ndjson, .json or .parquet; patterns such as"
              + " 'pool/*.jsonl'.")
  private List<String> names;

  @Option(
      names = "--skip-invalid",
      description = "Exit with 0 even if there are invalid lines; they are still reported.")
  private boolean skipInvalid;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Send only the first N valid candidates (default: all).")
  private Optional<Long> limit;

  @Option(
      names = "--dry-run",
      description =
          "Send nothing: show the first three candidates as they would be learnt, and count the"
              + " rest. Needs no Kafka.")
  private boolean dryRun;

  @Option(
      names = "--reject",
      paramLabel = "FILE",
      description =
          "Write invalid lines to a file, as JSON lines {\"file\", \"line\", \"id\", \"reason\","
              + " \"text\"}. The file is replaced if it exists. Its lines can be ingested again,"
              + " with other options or mended.")
  private Optional<Path> reject;

  /** Called by picocli. */
  public IngestCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (limit.isPresent() && limit.get() < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--limit " + limit.get() + ": give a number of candidates, at least 1");
    }
    InputFiles inputs = InputFiles.of(names);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    inputs.skipped().forEach(file -> err.println(file + " is left out: no examples by its name"));
    for (Path file : inputs.files()) {
      CandidateFile.open(file).close();
    }
    FormOptions forms = reading.forms(inputs.files());
    if (reject.isPresent()) {
      requireRejects(reject.get(), inputs);
    }
    try (IngestTally tally = new IngestTally(reject)) {
      Counts counts =
          dryRun
              ? preview(inputs, forms, tally)
              : connection.use(access -> ingest(inputs, forms, tally, access));
      out.printf(
          "%s %s, %s invalid%n",
          Amount.of(counts.sent, "candidate"),
          dryRun ? "read and not sent" : "sent",
          Amount.of(counts.invalid, "line"));
      tally.print(out);
      if (counts.failure.isPresent()) {
        throw counts.failure.get();
      }
      if (counts.sent == 0 && counts.invalid == 0) {
        throw new IOException(String.join(" ", names) + " contains no candidates");
      }
      return counts.invalid == 0 || skipInvalid ? 0 : 1;
    }
  }

  private static void requireRejects(Path file, InputFiles inputs) throws IOException {
    OutputFile.requireWritable("--reject", file);
    for (Path input : inputs.files()) {
      if (Files.exists(file) && Files.isSameFile(file, input)) {
        throw new IOException(
            "--reject " + file + " is one of the files to read: give another name");
      }
    }
  }

  private Counts ingest(InputFiles inputs, FormOptions forms, IngestTally tally, KafkaAccess access)
      throws IOException {
    try (Producer<String, Candidate> producer = access.producer(access.serdes().value())) {
      return eachFile(
          inputs,
          forms,
          (file, lines, before) ->
              new CandidateIngest(
                      producer,
                      access.topics().candidates(),
                      new Progress(file, tally, before.sent))
                  .run(new Counted(lines, tally), left(before)));
    }
  }

  private Counts preview(InputFiles inputs, FormOptions forms, IngestTally tally)
      throws IOException {
    ExamplePreview preview = new ExamplePreview(spec.commandLine().getOut());
    return eachFile(
        inputs,
        forms,
        (file, lines, before) -> {
          Progress progress = new Progress(file, tally, before.sent);
          Iterator<CandidateLine> counted = new Counted(lines, tally);
          long[] counts = new long[2];
          Optional<IOException> failure = Optional.empty();
          try {
            while (counts[0] < left(before) && counted.hasNext()) {
              counted
                  .next()
                  .match(
                      valid -> {
                        if (before.sent + counts[0] < SHOWN) {
                          preview.print(file, valid);
                        }
                        progress.sent(++counts[0]);
                      },
                      invalid -> {
                        counts[1]++;
                        progress.invalid(invalid);
                      });
            }
          } catch (UncheckedIOException e) {
            failure = Optional.of(e.getCause());
          }
          return new CandidateIngest.Report(counts[0], counts[1], failure);
        });
  }

  /** Reads the files one after the other until the limit is reached or a file cannot be read. */
  private Counts eachFile(InputFiles inputs, FormOptions forms, Work work) throws IOException {
    Counts counts = new Counts(0, 0, Optional.empty());
    for (Path file : inputs.files()) {
      if (counts.failure.isPresent() || left(counts) == 0) {
        break;
      }
      try (CandidateFile lines = CandidateFile.open(file, forms, inputs.idPrefix(file))) {
        CandidateIngest.Report report = work.on(file, lines, counts);
        counts = counts.plus(report);
        if (report.invalid() > 0) {
          remarkOnColumns(file, lines);
        }
      }
    }
    return counts;
  }

  /** Names columns that a file does not have, if examples of it were refused for that. */
  private void remarkOnColumns(Path file, CandidateFile lines) {
    List<String> columns = lines.missingColumnsOfRefused();
    if (!columns.isEmpty()) {
      spec.commandLine()
          .getErr()
          .printf(
              "%s: no example read from it has the column of %s, and lines of it were refused for"
                  + " lack of that field. If it has the field under another name, write its"
                  + " refused lines to a file with --reject, and ingest that file with --field and"
                  + " this name%n",
              file, columns.stream().map("--field "::concat).collect(Collectors.joining(", ")));
    }
  }

  private long left(Counts counts) {
    return limit.orElse(Long.MAX_VALUE) - counts.sent;
  }

  /** What is done with the lines of one file. */
  private interface Work {
    CandidateIngest.Report on(Path file, CandidateFile lines, Counts before);
  }

  /** The counts of the files that were read so far. */
  private record Counts(long sent, long invalid, Optional<IOException> failure) {
    Counts plus(CandidateIngest.Report report) {
      return new Counts(sent + report.sent(), invalid + report.invalid(), report.readFailure());
    }
  }

  /** Counts the candidates that are read. */
  private record Counted(Iterator<CandidateLine> lines, IngestTally tally)
      implements Iterator<CandidateLine> {
    @Override
    public boolean hasNext() {
      return lines.hasNext();
    }

    @Override
    public CandidateLine next() {
      CandidateLine line = lines.next();
      line.match(tally::taken, invalid -> {});
      return line;
    }
  }

  /** Reports invalid lines and the progress on standard error. */
  private final class Progress implements CandidateIngest.Listener {
    private final PrintWriter err = spec.commandLine().getErr();
    private final Path file;
    private final IngestTally tally;
    private final long before;

    Progress(Path file, IngestTally tally, long before) {
      this.file = file;
      this.tally = tally;
      this.before = before;
    }

    @Override
    public void sent(long count) {
      if ((before + count) % PROGRESS_EVERY == 0) {
        err.printf("%d candidates ...%n", before + count);
        err.flush();
      }
    }

    @Override
    public void invalid(CandidateLine.Invalid line) {
      tally.refused(file, line);
      err.println(tally.describe(file, line));
    }
  }
}
