package io.sluice.schemas.form;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Columns of an example that hold what its question is about, or the turns before it. Among the
 * forms of question and answer, only alpaca has a place for them. Without them, it would be a
 * different example.
 *
 * @param columns the names that they have in the example
 * @param options the options of the commands that read them
 */
record AlpacaInput(Set<String> columns, String options) {
  private static final String INPUT = "input";
  private static final String HISTORY = "history";

  /** Names of columns, without separators, that hold what a question is about. */
  private static final Set<String> CONTEXTS = Set.of("context", "contexts", "documents");

  /**
   * Finds the columns of an example of which nothing has been read yet.
   *
   * @param form the form of the example
   * @return empty if there are none, or if nothing but removing them helps
   */
  static Optional<AlpacaInput> of(Form form, Row row) {
    List<String> options = new ArrayList<>();
    boolean isPossible =
        switch (form) {
          case ALPACA -> !row.holds(INPUT);
          case PROMPT_COMPLETION ->
              isRenamed("prompt", "instruction", row, options)
                  && isRenamed("completion", "output", row, options);
          case PREFERENCE ->
              row.holdsText("chosen")
                  && (isRenamed("prompt", "instruction", row, options)
                      || (row.holdsText("instruction") && !row.holds(INPUT)));
          case MESSAGES, SHAREGPT, CONVERSATION -> false;
        };
    if (!isPossible) {
      return Optional.empty();
    }
    Set<String> columns = new HashSet<>();
    input(row)
        .map(row::column)
        .filter(column -> !column.equals(INPUT))
        .ifPresent(
            column -> {
              columns.add(column);
              options.add(UnknownForm.option(INPUT, column));
            });
    if (holdsHistory(row)) {
      columns.add(row.column(HISTORY));
    }
    return Optional.of(new AlpacaInput(columns, String.join(" ", options)))
        .filter(found -> !found.columns.isEmpty());
  }

  /** Adds the option that reads a field as one of alpaca, if the example allows that. */
  private static boolean isRenamed(String field, String asField, Row row, List<String> options) {
    if (!row.holdsText(field) || row.holds(asField)) {
      return false;
    }
    options.add(UnknownForm.option(asField, row.column(field)));
    return true;
  }

  /** The field that alpaca reads, or is to read, as its input. */
  static Optional<String> input(Row row) {
    return row.holdsText(INPUT) ? Optional.of(INPUT) : context(row);
  }

  /** The only field with a text whose name says that it is what a question is about. */
  static Optional<String> context(Row row) {
    List<String> names =
        row.names().stream()
            .filter(row::holdsText)
            .filter(name -> CONTEXTS.contains(OtherFields.plain(row.column(name))))
            .toList();
    return names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty();
  }

  /** Whether an example has turns before its question. */
  static boolean holdsHistory(Row row) {
    return row.holds(HISTORY);
  }
}
