package io.sluice.local.cli.offline;

import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Unusable;
import io.sluice.schemas.file.ExampleLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Represents the lines of an example file in batches.
 *
 * @param representer computes the vectors
 * @param role the role as which all lines are represented
 */
public record LineRepresenter(Representer representer, ExampleRole role) {
  /** LineRepresenter per batch: enough to keep all cores busy, and few enough to show progress. */
  private static final int BATCH = 32;

  /** Receives the outcome of each line. */
  public interface Sink {
    /**
     * Receives the outcome of a line.
     *
     * @param line the line
     * @param outcome its vectors, or the reason why it has none
     * @throws IOException when the outcome cannot be written
     */
    void take(ExampleLine line, Outcome outcome) throws IOException;
  }

  /** Represents lines and passes the outcome of each to the sink, in the order of the lines. */
  public void represent(List<ExampleLine> lines, Sink sink) throws IOException {
    for (int begin = 0; begin < lines.size(); begin += BATCH) {
      List<ExampleLine> batch = lines.subList(begin, Math.min(begin + BATCH, lines.size()));
      List<Text> texts = new ArrayList<>();
      batch.forEach(line -> text(line).ifPresent(texts::add));
      Iterator<Outcome> outcomes = representer.represent(texts, role).iterator();
      for (ExampleLine line : batch) {
        sink.take(
            line,
            line.match(
                candidate -> outcomes.next(),
                query -> outcomes.next(),
                text -> outcomes.next(),
                invalid -> new Unusable(invalid.reason())));
      }
    }
  }

  /** The text of the line's example; empty if the line is invalid. */
  static Optional<Text> text(ExampleLine line) {
    return line.match(
        of -> Optional.of(Text.Conversation.of(of.candidate())),
        of -> Optional.of(Text.Question.of(of.query())),
        of -> Optional.of(new PromptAnswer(of.prompt(), of.answer())),
        invalid -> Optional.empty());
  }

  /** Describes a line in messages: its place in the file and, if the example has one, its id. */
  public static String describe(ExampleLine line) {
    String id =
        line.match(
            of -> " (" + of.candidate().getId() + ")",
            of -> " (query " + of.query().getId() + ")",
            of -> "",
            invalid -> "");
    return line.place() + id;
  }
}
