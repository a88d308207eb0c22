package io.sluice.schemas.form;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How to read examples whose own fields do not say how they are to be read.
 *
 * @param form the form of all examples; empty when each is recognised by its fields
 * @param columns the names that the examples use, by the names that Sluice knows
 * @param takeChosen whether the chosen answers of preference data are taken
 */
public record FormOptions(Optional<Form> form, Map<String, String> columns, boolean takeChosen) {
  /** Every form is recognised by its own field names, and preference data is refused. */
  public static final FormOptions DEFAULT = new FormOptions(Optional.empty(), Map.of(), false);

  /** The names of fields that some form reads, and that can be mapped. */
  static final Set<String> NAMES =
      Set.of(
          "id",
          "source",
          "messages",
          "conversations",
          "conversation",
          "system",
          "tools",
          "instruction",
          "input",
          "output",
          "history",
          "prompt",
          "completion",
          "chosen",
          "rejected");

  /**
   * Copies the columns.
   *
   * @throws IllegalArgumentException when a name is not one that Sluice reads, or a column stands
   *     for two names
   */
  public FormOptions {
    columns = Map.copyOf(columns);
    Set<String> used = new TreeSet<>();
    for (Map.Entry<String, String> entry : new TreeMap<>(columns).entrySet()) {
      if (!NAMES.contains(entry.getKey())) {
        throw new IllegalArgumentException(
            "unknown field '"
                + entry.getKey()
                + "': use one of "
                + String.join(", ", new TreeSet<>(NAMES)));
      }
      if (!used.add(entry.getValue())) {
        throw new IllegalArgumentException(
            "column '" + entry.getValue() + "' is given for two fields: use it once");
      }
    }
  }
}
