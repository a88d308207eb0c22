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
 * The lines of an example file on their way through a representer, some at a time.
 *
 * @param representer what represents them
 * @param role what all of them are represented as
 */
public record Lines(Representer representer, ExampleRole role) {
  /** Enough to keep all cores busy, few enough that progress is seen. */
  private static final int BATCH = 32;

  /** Takes what became of one line. */
  public interface Sink {
    /**
     * Takes it.
     *
     * @param line the line
     * @param outcome its vectors, or why it has none
     */
    void take(ExampleLine line, Outcome outcome) throws IOException;
  }

  /** Represents lines and hands on what became of each, in order. */
  public void represent(List<ExampleLine> lines, Sink sink) throws IOException {
    for (int begin = 0; begin < lines.size(); begin += BATCH) {
      List<ExampleLine> batch = lines.subList(begin, Math.min(begin + BATCH, lines.size()));
      List<Text> texts = new ArrayList<>();
      batch.forEach(line -> text(line).ifPresent(texts::add));
      Iterator<Outcome> outcomes = representer.represent(texts, role).iterator();
      for (ExampleLine line : batch) {
        sink.take(
            line,
            line instanceof ExampleLine.Invalid invalid
                ? new Unusable(invalid.reason())
                : outcomes.next());
      }
    }
  }

  private static Optional<Text> text(ExampleLine line) {
    if (line instanceof ExampleLine.OfCandidate of) {
      return Optional.of(new Text.Conversation(of.candidate().getMessages()));
    }
    if (line instanceof ExampleLine.OfQuery of) {
      return Optional.of(new Text.Question(of.query().getMessages()));
    }
    return line instanceof ExampleLine.OfText of
        ? Optional.of(new PromptAnswer(of.prompt(), of.answer()))
        : Optional.empty();
  }

  /** The line's place and, where it has one, its id: for people. */
  public static String place(ExampleLine line) {
    if (line instanceof ExampleLine.OfCandidate of) {
      return "line " + of.line() + " (" + of.candidate().getId() + ")";
    }
    return line instanceof ExampleLine.OfQuery of
        ? "line " + of.line() + " (query " + of.query().getId() + ")"
        : "line " + line.line();
  }
}
