package io.sluice.schemas.form;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of one example. Fields are taken out when they are read, so that the fields that
 * nobody has understood remain. A field that is null counts as absent. Not thread-safe.
 */
final class Row {
  /** Fields whose texts are JSON, so that a text may stand for nothing. */
  private static final Set<String> JSON =
      Set.of(
          "messages",
          "conversations",
          "conversation",
          "tools",
          "functions",
          "available_tools",
          "tool_calls",
          "function_call",
          "metadata");

  private final Map<String, JsonNode> fields = new LinkedHashMap<>();
  private final Map<String, String> mapped = new HashMap<>();
  private final List<JsonNode> turns = new ArrayList<>();

  /**
   * Creates a row with all fields of an object.
   *
   * @param columns the names that the object uses, by the names that Sluice knows
   */
  Row(JsonNode object, Map<String, String> columns) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!field.getValue().isNull()) {
        fields.put(field.getKey(), field.getValue());
      }
    }
    Map<String, JsonNode> renamed = new LinkedHashMap<>();
    columns.forEach(
        (name, column) -> {
          JsonNode value = fields.remove(column);
          if (value != null) {
            renamed.put(name, value);
            mapped.put(name, column);
          }
        });
    renamed.forEach(
        (name, value) -> {
          JsonNode own = fields.put(name, value);
          if (own != null && !isEmpty(name, own)) {
            throw new IllegalArgumentException(
                "the example has a field '"
                    + ForeignText.name(name)
                    + "' beside the column that was given for it");
          }
        });
  }

  /** Whether there is a field of this name that was not taken yet. */
  boolean has(String name) {
    return fields.containsKey(name);
  }

  /** Whether there is such a field, and it holds something. */
  boolean holds(String name) {
    return has(name) && !isEmpty(name, fields.get(name));
  }

  /** Whether there is such a field, and it holds a text. */
  boolean holdsText(String name) {
    return holds(name) && fields.get(name).isTextual();
  }

  /** Whether there is such a field, and it is true or false. */
  boolean isTruthValue(String name) {
    return has(name) && fields.get(name).isBoolean();
  }

  /** Returns the value of a field that stays in the row; it must be there. */
  JsonNode peek(String name) {
    return fields.get(name);
  }

  /** The name that a field has in the object, which is another one if it was mapped. */
  String column(String name) {
    return mapped.getOrDefault(name, name);
  }

  /** Takes a field out of the row. */
  Optional<JsonNode> take(String name) {
    return Optional.ofNullable(fields.remove(name));
  }

  /** Takes out a field with a text. */
  Optional<String> takeText(String name) {
    return take(name).map(value -> Values.text(value, name));
  }

  /** Takes out a field with a list of turns. */
  List<JsonNode> takeTurns(String name) {
    JsonNode list =
        Values.rows(
            Values.unquoted(take(name).orElseThrow(() -> RefusedExampleException.missing(name))));
    if (!list.isArray()) {
      throw new IllegalArgumentException(name + " is not a list");
    }
    List<JsonNode> taken = new ArrayList<>();
    list.forEach(taken::add);
    addTurns(taken);
    return taken;
  }

  /** Adds turns that were read out of a field that was taken. */
  void addTurns(List<JsonNode> read) {
    turns.addAll(read);
  }

  /** The names of the fields that are left. */
  List<String> names() {
    return List.copyOf(fields.keySet());
  }

  /** The fields that are left and hold something. */
  Map<String, JsonNode> rest() {
    Map<String, JsonNode> rest = new LinkedHashMap<>(fields);
    rest.entrySet().removeIf(field -> isEmpty(field.getKey(), field.getValue()));
    return rest;
  }

  private static boolean isEmpty(String name, JsonNode value) {
    return JSON.contains(name) ? Values.isEmptyJson(value) : Values.isEmpty(value);
  }

  /** All turns that were read, in the order of the example. */
  List<JsonNode> turns() {
    return List.copyOf(turns);
  }
}
