package io.sluice.local.cli.offline;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Inspection;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.local.cli.options.ReadingOptions;
import io.sluice.local.cli.options.TextFormOptions;
import io.sluice.schemas.file.ExampleFile;
import io.sluice.schemas.file.ExampleLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tokens}: shows what a model sees of examples, and what it learns. */
@Command(
    mixinStandardHelpOptions = true,
    description = {
      "Show examples as the model sees them, and which part is learnt.",
      "Reads the model's tokenizer and chat template, not its weights. The learnt part is in colour on"
          + " a terminal, and otherwise between >>> and <<<.",
      "With --json, writes one line per example: {\"id\", \"text\", \"ids\", \"learn\"}, where learn is 1"
          + " for a token whose prediction counts in the loss, or {\"id\", \"refused\"} with the reason"
          + " why nothing can be learnt. The text is whole, also where --max-length cuts its tokens.",
      "A refusal is part of what is shown: the exit code is 0 also when examples are refused."
    })
public final class TokensCommand implements Callable<Integer> {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the model, in Hugging Face format; weights are not needed.")
  private Path model;

  @Option(
      names = "--in",
      required = true,
      paramLabel = "FILE",
      description =
          "Examples in any form that represent reads: candidates, or the queries of a task file, of"
              + " which only the last answer is learnt.")
  private Path in;

  @Mixin private TextFormOptions text;
  @Mixin private ReadingOptions reading;

  @Option(
      names = "--query-mode",
      defaultValue = "prompt-and-response",
      converter = ModelOptions.QueryModeName.class,
      completionCandidates = ModelOptions.QueryModeNames.class,
      paramLabel = "MODE",
      description =
          "The part of a query that stands for it: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private QueryMode queries;

  @Option(
      names = "--max-length",
      defaultValue = "" + TextSettings.DEFAULT_MAX_LENGTH,
      paramLabel = "TOKENS",
      description =
          "The number of tokens after which a candidate is truncated, and likewise a query's prompt"
              + " and its answer (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(names = "--json", description = "Write one JSON object per example.")
  private boolean json;

  /** Created by picocli, which then sets the fields. */
  public TokensCommand() {}

  @Override
  public Integer call() throws IOException {
    TextSettings settings = settings();
    List<ExampleLine> lines = ExampleFile.read(in, reading.forms(List.of(in)));
    if (lines.isEmpty()) {
      throw new IOException(in + " contains no examples");
    }
    try (Tokens tokens = settings.tokens(model)) {
      ExampleEncoder encoder = settings.encoder(model, tokens);
      for (ExampleLine line : lines) {
        Inspection inspection =
            LineRepresenter.text(line)
                .map(encoder::inspect)
                .orElseGet(() -> new Encoded.Refused(((ExampleLine.Invalid) line).reason()));
        if (json) {
          writeJson(line, inspection);
        } else {
          print(line, inspection);
        }
      }
    }
    out().flush();
    return ExitCode.OK;
  }

  private TextSettings settings() {
    try {
      return new TextSettings(text.form(), queries, maxLength);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--max-length: " + e.getMessage(), e);
    }
  }

  private void writeJson(ExampleLine line, Inspection inspection) throws IOException {
    JsonGenerator generator = JSON.createGenerator(out());
    generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    generator.writeStartObject();
    generator.writeStringField("id", id(line));
    if (inspection instanceof Inspection.Readable readable) {
      long[] ids = readable.example().ids();
      generator.writeStringField("text", readable.text().text());
      generator.writeFieldName("ids");
      generator.writeArray(ids, 0, ids.length);
      generator.writeArrayFieldStart("learn");
      for (int i = 0; i < ids.length; i++) {
        generator.writeNumber(readable.isLearnt(i) ? 1 : 0);
      }
      generator.writeEndArray();
    } else {
      generator.writeStringField("refused", ((Encoded.Refused) inspection).reason());
    }
    generator.writeEndObject();
    generator.close();
    out().print('\n');
  }

  private void print(ExampleLine line, Inspection inspection) {
    String name = LineRepresenter.describe(line);
    if (inspection instanceof Inspection.Readable readable) {
      long learnt = readable.example().asked().length;
      out().printf("%s: %d tokens, %d learnt%n", name, readable.text().length(), learnt);
      readable.remarks().forEach(remark -> out().println("  " + remark));
      out().println(new MarkedText(Ansi.AUTO.enabled()).of(readable));
      out().println();
    } else {
      out().printf("%s: refused: %s%n%n", name, ((Encoded.Refused) inspection).reason());
    }
  }

  /** The example's id; of an example without one, the number of its line, element or row. */
  private static String id(ExampleLine line) {
    return line.match(
        of -> of.candidate().getId(),
        of -> of.query().getId(),
        of -> Long.toString(of.place().number()),
        invalid -> Long.toString(invalid.place().number()));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
