package io.sluice.schemas.form;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.message.ExactJson;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/** What the forms have in common in how they look at JSON values. */
final class Values {
  /** Texts that hold nothing: some tools write lists and objects as texts. */
  private static final Set<String> NOTHING = Set.of("", "[]", "{}", "null");

  private Values() {}

  /** Whether a value holds nothing; so do objects and lists all of whose values hold nothing. */
  static boolean isEmpty(JsonNode value) {
    if (value.isContainerNode()) {
      // A loop takes one frame of the stack per level, and JSON is read up to 1,000 levels deep.
      for (JsonNode element : value) {
        if (!isEmpty(element)) {
          return false;
        }
      }
      return true;
    }
    return value.isNull()
        || (value.isTextual()
            && NOTHING.contains(value.textValue().strip().toLowerCase(Locale.ROOT)));
  }

  /** Whether a value is a list in which some element is a turn. */
  static boolean isListOfTurns(JsonNode value) {
    return value.isArray()
        && StreamSupport.stream(value.spliterator(), false).anyMatch(Values::isTurn);
  }

  /**
   * Returns the list of objects that an object of lists stands for: {@code datasets} stores a
   * sequence of objects so. Anything else is returned as it is.
   */
  static JsonNode rows(JsonNode value) {
    if (!value.isObject() || value.isEmpty()) {
      return value;
    }
    int size = value.iterator().next().size();
    for (JsonNode column : value) {
      if (!column.isArray() || column.size() != size) {
        return value;
      }
    }
    ArrayNode rows = JsonNodeFactory.instance.arrayNode(size);
    for (int i = 0; i < size; i++) {
      ObjectNode row = rows.addObject();
      for (Map.Entry<String, JsonNode> column : value.properties()) {
        row.set(column.getKey(), column.getValue().get(i));
      }
    }
    return rows;
  }

  /** Whether a value is an object that says who speaks. */
  static boolean isTurn(JsonNode value) {
    return value.has("role") || value.has("from");
  }

  /** Returns the text that a value is. */
  static String text(JsonNode value, String name) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + " is not a text");
    }
    return value.textValue();
  }

  /**
   * Returns a value that may be given as JSON text: some tools write what is nested as a text.
   *
   * @return the value itself, or the list or object that its text stands for
   */
  static JsonNode unquoted(JsonNode value) {
    return value.isTextual() ? json(value.textValue()).orElse(value) : value;
  }

  /** Parses a text that is a JSON list or object; empty when it is anything else. */
  static Optional<JsonNode> json(String text) {
    try {
      return Optional.of(ExactJson.read(text)).filter(JsonNode::isContainerNode);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
