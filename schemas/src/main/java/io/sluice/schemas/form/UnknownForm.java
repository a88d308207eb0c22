package io.sluice.schemas.form;

import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Says what is wrong with an example that has none of the forms, and how it might be read. */
final class UnknownForm {
  private static final int NAMES_SHOWN = 10;

  private static final String INPUT = "input";

  /** Stands in an option for a column that the reader of the message has to choose. */
  private static final String COLUMN = "COLUMN";

  /** Columns, without separators, that hold what is asked. */
  private static final Set<String> QUESTIONS =
      Set.of(
          "prompt",
          "instruction",
          "instructions",
          "question",
          "questions",
          "query",
          "input",
          "inputs",
          "problem",
          "request",
          "human");

  /** Columns, without separators, that hold what is answered. */
  private static final Set<String> ANSWERS =
      Set.of(
          "completion",
          "output",
          "outputs",
          "response",
          "responses",
          "answer",
          "answers",
          "target",
          "targets",
          "reply",
          "solution",
          "assistant");

  /** Fields of every form, which are neither asked nor answered. */
  private static final Set<String> BESIDE = Set.of("id", "source", "system", "tools");

  /** The other required field of a form, by the field of it that an example has. */
  private static final Map<String, String> OTHER_HALF =
      Map.of(
          "instruction", "output",
          "prompt", "completion",
          "output", "instruction",
          "completion", "prompt");

  private UnknownForm() {}

  /** Returns the exception for an example, whose message names the columns that it has. */
  static RefusedExampleException of(Row row) {
    List<String> columns = row.names().stream().map(row::column).map(ForeignText::name).toList();
    String missing = "messages is missing";
    Set<String> lacking = new HashSet<>(Form.allFields());
    lacking.removeIf(row::holds);
    if (columns.isEmpty()) {
      return RefusedExampleException.lacking(missing, missing, "", lacking);
    }
    String shown =
        String.join(", ", columns.subList(0, Math.min(NAMES_SHOWN, columns.size())))
            + (columns.size() > NAMES_SHOWN ? " and more" : "");
    String unknown = missing + ", and no other form fits the columns ";
    String advice = advice(row);
    return RefusedExampleException.lacking(unknown + shown, unknown, advice, lacking);
  }

  private static String advice(Row row) {
    Optional<String> options = options(row);
    if (options.isEmpty()) {
      return ": an example has messages, or a prompt and an answer";
    }
    return ": if one of them is a field under another name, map it, such as "
        + options.get()
        + (options.get().contains("=" + COLUMN) ? " with its name for COLUMN" : "")
        + " (over HTTP the parameter field)";
  }

  /**
   * Returns options that map columns of the example to fields. They name a column only if its name
   * says what it holds: whoever follows advice that names another one learns the wrong text.
   */
  private static Optional<String> options(Row row) {
    Optional<String> turns =
        row.names().stream()
            .filter(name -> !FormOptions.NAMES.contains(name))
            .filter(name -> Values.isListOfTurns(Values.turns(row.peek(name))))
            .findFirst();
    if (turns.isPresent()) {
      return Optional.of(option("messages", row.column(turns.get())));
    }
    long texts = row.names().stream().filter(name -> isText(row, name)).count();
    if (texts < 2) {
      return Optional.empty();
    }
    List<String> options = new ArrayList<>();
    if (needsAlpaca(row)) {
      addUnlessThere("instruction", row, options);
      addUnlessThere("output", row, options);
      about(row)
          .filter(name -> !name.equals(INPUT))
          .ifPresent(name -> options.add(option(INPUT, row.column(name))));
    } else {
      addPair(row, options);
    }
    addOtherNames(row, options);
    return Optional.of(String.join(" ", options));
  }

  /** Whether an example has columns for which the form prompt-completion has no place. */
  private static boolean needsAlpaca(Row row) {
    return !questions(row).isEmpty() && (about(row).isPresent() || AlpacaInput.holdsHistory(row));
  }

  private static void addUnlessThere(String field, Row row, List<String> options) {
    if (!isText(row, field)) {
      options.add(likely(field, row));
    }
  }

  /** Adds the fields that make an example one of a form with two. */
  private static void addPair(Row row, List<String> options) {
    for (String half : List.of("instruction", "prompt", "output", "completion")) {
      if (isText(row, half)) {
        options.add(likely(OTHER_HALF.get(half), row));
        return;
      }
    }
    options.add(likely("prompt", row));
    options.add(likely("completion", row));
  }

  /** Adds fields that the example has under a name by which they are refused. */
  private static void addOtherNames(Row row, List<String> options) {
    Set<String> added = new HashSet<>();
    for (String name : row.names()) {
      OtherFields.otherName(row.column(name))
          .filter(field -> row.holds(name) && !row.holds(field) && added.add(field))
          .ifPresent(field -> options.add(option(field, row.column(name))));
    }
  }

  /** Returns the option that maps a field to the only column whose name fits it, or to COLUMN. */
  private static String likely(String field, Row row) {
    boolean isAsked = field.equals("prompt") || field.equals("instruction");
    List<String> likely = isAsked ? questions(row) : named(row, ANSWERS);
    return option(field, likely.size() == 1 ? likely.get(0) : COLUMN);
  }

  /** The columns that may hold what is asked. */
  private static List<String> questions(Row row) {
    List<String> questions = new ArrayList<>(named(row, QUESTIONS));
    about(row).map(row::column).ifPresent(questions::remove);
    return questions;
  }

  /** The field that holds what the question is about; input is one only beside a question. */
  private static Optional<String> about(Row row) {
    List<String> questions = new ArrayList<>(named(row, QUESTIONS));
    questions.remove(row.column(INPUT));
    return questions.isEmpty() ? AlpacaInput.context(row) : AlpacaInput.input(row);
  }

  private static List<String> named(Row row, Set<String> names) {
    return row.names().stream()
        .filter(name -> isText(row, name))
        .map(row::column)
        .filter(column -> names.contains(OtherFields.plain(column)))
        .toList();
  }

  private static boolean isText(Row row, String name) {
    return !BESIDE.contains(name) && row.holdsText(name);
  }

  /** Returns an option of the commands that reads a column as a field, as a shell takes it. */
  static String option(String field, String column) {
    String pair = field + "=" + ForeignText.name(column);
    return "--field " + (pair.matches("[\\w=.:-]+") ? pair : "'" + pair + "'");
  }
}
