package io.sluice.local.cli.pool;

import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.RejectedLine;
import io.sluice.schemas.form.Form;
import io.sluice.schemas.validation.ChatOnly;
import io.sluice.schemas.validation.ForeignText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts what was read, by form, and what was refused, by reason, and writes refused lines to a
 * file if there is one. Not thread-safe.
 */
final class IngestTally implements AutoCloseable {
  private static final int MAX_REASONS = 20;

  private final Map<Form, Long> forms = new EnumMap<>(Form.class);

  /** By kind of reason without its numbers. */
  private final Map<String, Refusals> refusals = new TreeMap<>();

  /** By name and reason. */
  private final Map<String, Long> leftOut = new TreeMap<>();

  /** What to do about refused lines, as far as it has been said. */
  private final Set<String> advices = new HashSet<>();

  private final SeenIds ids = new SeenIds();
  private final Optional<Writer> rejects;
  private long repeated;
  private long chatOnly;

  /**
   * Creates an empty tally.
   *
   * @param rejects the file for refused lines, which is replaced if it exists
   * @throws IOException when the file cannot be written
   */
  IngestTally(Optional<Path> rejects) throws IOException {
    this.rejects =
        rejects.isPresent()
            ? Optional.of(Files.newBufferedWriter(rejects.get()))
            : Optional.empty();
  }

  /** Counts a candidate. */
  void taken(CandidateLine.Valid line) {
    forms.merge(line.form(), 1L, Long::sum);
    if (!ids.add(line.candidate().getId())) {
      repeated++;
    }
    if (ChatOnly.isNeededFor(line.candidate())) {
      chatOnly++;
    }
    line.leftOut()
        .forEach(
            (name, reason) -> leftOut.merge(ForeignText.name(name) + ", " + reason, 1L, Long::sum));
  }

  /**
   * Counts a refused line and writes it to the file of refused lines.
   *
   * @throws UncheckedIOException when that file cannot be written
   */
  void refused(Path file, CandidateLine.Invalid line) {
    // Lines with a fault of the same kind may differ in numbers.
    String kind = line.kind().replaceAll("\\d+", "N");
    refusals.computeIfAbsent(kind, k -> new Refusals(file + ", " + line.description())).count++;
    if (rejects.isPresent()) {
      CandidateLine.Origin origin =
          line.origin().orElseGet(() -> new CandidateLine.Origin(file.toString(), line.place()));
      try {
        rejects
            .get()
            .append(
                new RejectedLine(
                        origin.file(),
                        origin.place().line(),
                        line.id(),
                        origin.place().inReason(line.reason()),
                        line.text())
                    .toJson())
            .append('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(
            new IOException("the file of refused lines cannot be written: " + e.getMessage(), e));
      }
    }
  }

  /** Describes a refused line, with what to do about it unless an earlier one had the same. */
  String describe(Path file, CandidateLine.Invalid line) {
    boolean isNew = advices.add(line.advice());
    return file + ", " + (isNew ? line.description() : line.descriptionWithoutAdvice());
  }

  /** Prints the counts, the most frequent reasons first, each with the first line that has it. */
  void print(PrintWriter out) {
    if (!forms.isEmpty()) {
      out.println(
          "  read as: "
              + forms.entrySet().stream()
                  .map(entry -> entry.getKey().label() + " " + entry.getValue())
                  .collect(Collectors.joining(", ")));
    }
    if (chatOnly > 0) {
      out.println(
          "  only for workers with text.form=chat: "
              + chatOnly
              + " (they have tools, tool calls or thoughts, which the text form reference refuses)");
    }
    if (repeated > 0) {
      out.println(
          "  ids that came before: " + repeated + " (of each id the last candidate counts)");
    }
    refusals.values().stream()
        .sorted(Comparator.comparing((Refusals kind) -> -kind.count))
        .limit(MAX_REASONS)
        .forEach(kind -> out.println("  refused: " + kind.count + ", such as " + kind.first));
    if (refusals.size() > MAX_REASONS) {
      out.println("  refused for " + (refusals.size() - MAX_REASONS) + " other reasons");
    }
    leftOut.forEach(
        (name, count) -> out.println("  not in the metadata of " + count + ": " + name));
  }

  @Override
  public void close() throws IOException {
    if (rejects.isPresent()) {
      rejects.get().close();
    }
  }

  /** Refused lines with the same fault, of which the first one is described. */
  private static final class Refusals {
    private final String first;
    private long count;

    Refusals(String first) {
      this.first = first;
    }
  }
}
