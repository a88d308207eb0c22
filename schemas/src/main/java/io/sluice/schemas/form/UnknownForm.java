package io.sluice.schemas.form;

import io.sluice.schemas.validation.ForeignText;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says what is wrong with an example that has none of the forms, and how it might be read. */
final class UnknownForm {
  private static final int NAMES_SHOWN = 10;
  private static final List<Form> PAIRS = List.of(Form.ALPACA, Form.PROMPT_COMPLETION);

  private UnknownForm() {}

  /** Returns the reason, which names the columns that the example has. */
  static String reason(Row row) {
    List<String> columns = row.names().stream().map(row::column).map(ForeignText::name).toList();
    if (columns.isEmpty()) {
      return "messages is missing";
    }
    return "messages is missing, and no other form fits the columns "
        + String.join(", ", columns.subList(0, Math.min(NAMES_SHOWN, columns.size())))
        + (columns.size() > NAMES_SHOWN ? " and more" : "")
        + example(row)
            .map(
                options ->
                    ": if one of them is a field under another name, map it, such as "
                        + options
                        + " (over HTTP the parameter field)")
            .orElse(": an example has messages, or a prompt and an answer");
  }

  /**
   * Returns options that map columns of the example to fields, those that are most likely to be
   * right; empty when there are none.
   */
  private static Optional<String> example(Row row) {
    List<String> unknown =
        row.names().stream().filter(name -> !FormOptions.NAMES.contains(name)).toList();
    Optional<String> turns =
        unknown.stream().filter(name -> Values.isListOfTurns(row.peek(name))).findFirst();
    if (turns.isPresent()) {
      return Optional.of(option("messages", turns.get()));
    }
    Optional<String> otherHalf = PAIRS.stream().flatMap(form -> missingHalf(form, row)).findFirst();
    List<String> texts = longestTexts(row, unknown, otherHalf.isPresent() ? 1 : 2);
    if (otherHalf.isPresent() && texts.size() == 1) {
      return Optional.of(option(otherHalf.get(), texts.get(0)));
    }
    return Optional.of(texts)
        .filter(two -> two.size() == 2)
        .map(two -> option("prompt", two.get(0)) + " " + option("completion", two.get(1)));
  }

  /** The field that an example lacks for a form of two fields, of which it has the other one. */
  private static Stream<String> missingHalf(Form form, Row row) {
    return form.fields().stream().anyMatch(row::has)
        ? form.fields().stream().filter(field -> !row.has(field))
        : Stream.empty();
  }

  /** Prompts and answers are longer than names, languages and the like. */
  private static List<String> longestTexts(Row row, List<String> names, int most) {
    Set<String> longest =
        names.stream()
            .filter(name -> row.peek(name).isTextual())
            .sorted(Comparator.comparingInt(name -> -row.peek(name).textValue().length()))
            .limit(most)
            .collect(Collectors.toSet());
    return names.stream().filter(longest::contains).toList();
  }

  /** Returns an option of the commands that reads a column as a field, as a shell takes it. */
  static String option(String field, String column) {
    String pair = field + "=" + ForeignText.name(column);
    return "--field " + (pair.matches("[\\w=.:-]+") ? pair : "'" + pair + "'");
  }
}
