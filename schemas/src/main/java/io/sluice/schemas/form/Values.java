package io.sluice.schemas.form;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.message.ExactJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** How all forms read JSON values. */
final class Values {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The fields by which a turn says who speaks, and those that hold what is said. */
  private static final List<String> SPEAKERS = List.of("role", "from");

  private static final List<String> CONTENTS =
      List.of("content", "value", "tool_calls", "function_call");

  private Values() {}

  /**
   * Whether a value holds nothing: null, a blank text, or an object or list all of whose values
   * hold nothing. A text such as "null" or "[]" is a text: it may be an answer.
   */
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
    return value.isNull() || (value.isTextual() && value.textValue().isBlank());
  }

  /** Whether a value that may be given as JSON text holds nothing, as that text or otherwise. */
  static boolean isEmptyJson(JsonNode value) {
    return isEmpty(value)
        || (value.isTextual()
            && (value.textValue().strip().equals("null") || isEmpty(unquoted(value))));
  }

  /** Whether a value is a list in which some element is a turn. */
  static boolean isListOfTurns(JsonNode value) {
    return value.isArray()
        && StreamSupport.stream(value.spliterator(), false).anyMatch(Values::isTurn);
  }

  /**
   * Returns the list of objects that an object of lists stands for, which is how {@code datasets}
   * stores a sequence of objects. Any other value is returned unchanged.
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

  /**
   * Returns the list of turns that a value stands for, where something else is possible too: a JSON
   * text or an object of lists counts as turns if all of its objects say who speaks, and some of
   * them what is said. An answer such as {@code [1, 2]} therefore stays a text, and so does a list
   * of flights with {@code from} and {@code to}.
   *
   * @return the list, or the value itself if it is a list already or stands for none
   */
  static JsonNode turns(JsonNode value) {
    if (value.isArray()) {
      return value;
    }
    JsonNode list = rows(unquoted(value));
    boolean isSpoken = false;
    for (JsonNode element : list) {
      if (SPEAKERS.stream().noneMatch(name -> element.path(name).isTextual())) {
        return value;
      }
      isSpoken |= CONTENTS.stream().anyMatch(element::has);
    }
    return list.isArray() && isSpoken ? list : value;
  }

  /** Whether a value is an object that says who speaks. */
  static boolean isTurn(JsonNode value) {
    return SPEAKERS.stream().anyMatch(value::has);
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

  /**
   * Writes a value as JSON.
   *
   * @throws IllegalArgumentException when it is nested too deeply: a JSON text within an example
   *     may be as deep as the example itself
   */
  static String write(JsonNode value, String name) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(name + " is nested too deeply", e);
    }
  }

  /** Parses a text that is a JSON list or object; empty when it is anything else. */
  static Optional<JsonNode> json(String text) {
    String begin = text.stripLeading();
    if (!begin.startsWith("[") && !begin.startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(ExactJson.read(text)).filter(JsonNode::isContainerNode);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
