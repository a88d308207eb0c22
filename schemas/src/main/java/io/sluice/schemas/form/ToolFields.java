package io.sluice.schemas.form;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;

/**
 * Reads definitions of tools and calls of them. They are kept as they were given, because chat
 * templates differ in what they read; only older forms are brought into the form that templates
 * expect: {@code {"type": "function", "function": {...}}}.
 */
final class ToolFields {
  private static final String THOUGHT_ENDS = "</think>";

  /** The forms whose tools are usually given without the wrapping object. */
  private static final Set<Form> BARE = Set.of(Form.SHAREGPT, Form.ALPACA, Form.PREFERENCE);

  private ToolFields() {}

  /**
   * Calls that stand as JSON in the text of a turn.
   *
   * @param before the thoughts before them, as they were written; may be empty
   * @param calls the calls, in the form of {@code tool_calls}
   */
  record SpelledCalls(String before, ArrayNode calls) {}

  /** Takes the definitions of tools out of a row, as a JSON array; empty when there are none. */
  static String takeDefinitions(Row row, Form form) {
    Optional<JsonNode> tools = row.holds("tools") ? row.take("tools") : Optional.empty();
    Optional<JsonNode> functions =
        row.holds("functions") ? row.take("functions") : Optional.empty();
    if (tools.isPresent() && functions.isPresent()) {
      throw new IllegalArgumentException("the example has both tools and functions: give one");
    }
    if (functions.isPresent()) {
      return Values.write(definitions(functions.get(), "functions", true), "functions");
    }
    return tools
        .map(list -> Values.write(definitions(list, "tools", BARE.contains(form)), "tools"))
        .orElse("");
  }

  private static ArrayNode definitions(JsonNode given, String name, boolean wrap) {
    JsonNode list = Values.unquoted(given);
    if (!list.isArray()) {
      throw new IllegalArgumentException(name + " is not a list of objects");
    }
    ArrayNode definitions = JsonNodeFactory.instance.arrayNode();
    for (JsonNode element : list) {
      JsonNode tool = Values.unquoted(element);
      if (!tool.isObject()) {
        throw new IllegalArgumentException(name + " is not a list of objects");
      }
      definitions.add(wrap && isBare(tool) ? wrapped(tool) : tool);
    }
    return definitions;
  }

  private static boolean isBare(JsonNode tool) {
    return tool.path("name").isTextual() && !tool.has("function");
  }

  /** Reads the field {@code tool_calls} of a turn. */
  static ArrayNode calls(JsonNode given, String turn) {
    JsonNode list = Values.unquoted(given);
    if (!list.isArray()) {
      throw new IllegalArgumentException(turn + ": tool_calls is not a list of objects");
    }
    ArrayNode calls = JsonNodeFactory.instance.arrayNode();
    for (JsonNode element : list) {
      JsonNode call = Values.unquoted(element);
      if (!isNamed(call) && !isNamed(call.path("function"))) {
        throw new IllegalArgumentException(
            turn + ": tool_calls is not a list of objects with the name of a function");
      }
      calls.add(call);
    }
    return calls;
  }

  /** Reads the field {@code function_call} of a turn, the older form of a single call. */
  static ArrayNode ofFunctionCall(JsonNode given, String turn) {
    JsonNode call = Values.unquoted(given);
    if (!isNamed(call)) {
      throw new IllegalArgumentException(turn + ": function_call has no name of a function");
    }
    return JsonNodeFactory.instance.arrayNode().add(wrapped(call));
  }

  /**
   * Reads a turn whose text is a call, or a list of calls, as JSON with {@code name} and {@code
   * arguments}. Thoughts may come first.
   */
  static SpelledCalls spelled(String text, String turn) {
    int begin = text.lastIndexOf(THOUGHT_ENDS);
    begin = begin < 0 ? 0 : begin + THOUGHT_ENDS.length();
    JsonNode json =
        Values.json(text.substring(begin))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        turn + " is not JSON with name and arguments of a function"));
    ArrayNode calls = JsonNodeFactory.instance.arrayNode();
    for (JsonNode call : json.isArray() ? json : JsonNodeFactory.instance.arrayNode().add(json)) {
      if (!isNamed(call) || !call.has("arguments")) {
        throw new IllegalArgumentException(
            turn + " is not JSON with name and arguments of a function");
      }
      calls.add(wrapped(call));
    }
    if (calls.isEmpty()) {
      throw new IllegalArgumentException(turn + " has no call");
    }
    return new SpelledCalls(text.substring(0, begin), calls);
  }

  private static ObjectNode wrapped(JsonNode function) {
    ObjectNode wrapped = JsonNodeFactory.instance.objectNode().put("type", "function");
    wrapped.set("function", function);
    return wrapped;
  }

  private static boolean isNamed(JsonNode function) {
    return function.path("name").isTextual();
  }
}
