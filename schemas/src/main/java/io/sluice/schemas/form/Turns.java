package io.sluice.schemas.form;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.Message;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads lists of turns, which have either {@code role} and {@code content} or the ShareGPT names.
 */
final class Turns {
  static final String ASSISTANT = "assistant";

  /** The role of a turn whose text is a tool call, in ShareGPT files. */
  private static final String FUNCTION_CALL = "function_call";

  private static final Map<String, String> ROLES =
      Map.ofEntries(
          Map.entry("developer", "system"),
          Map.entry("human", "user"),
          Map.entry("gpt", ASSISTANT),
          Map.entry(FUNCTION_CALL, ASSISTANT),
          Map.entry("function", "tool"),
          Map.entry("environment", "tool"),
          Map.entry("observation", "tool"),
          Map.entry("ipython", "tool"),
          Map.entry("tool_response", "tool"));

  private static final Set<String> TEXT_FIELDS =
      Set.of("tool_call_id", "name", "reasoning_content", "reasoning", "thinking");

  private Turns() {}

  /** Whether a field of a turn is read. */
  static boolean isRead(String name) {
    return TEXT_FIELDS.contains(name)
        || name.equals("role")
        || name.equals("from")
        || name.equals("content")
        || name.equals("value")
        || name.equals("weight")
        || name.equals("tool_calls")
        || name.equals(FUNCTION_CALL);
  }

  /**
   * Reads turns.
   *
   * @param before how many turns of the example come before them, for messages
   * @param learnt whether turns of the assistant without a weight are learnt
   */
  static List<Message> read(List<JsonNode> turns, int before, boolean learnt) {
    List<Message> messages = new ArrayList<>(turns.size());
    for (JsonNode turn : turns) {
      messages.add(message(turn, "message " + (before + messages.size() + 1), learnt));
    }
    return messages;
  }

  private static Message message(JsonNode turn, String name, boolean learnt) {
    if (!turn.isObject()) {
      throw new IllegalArgumentException(name + " is not an object with role and content");
    }
    boolean isShareGpt = has(turn, "from") || (!has(turn, "role") && has(turn, "value"));
    String roleField = isShareGpt ? "from" : "role";
    String contentField = isShareGpt ? "value" : "content";
    for (String other : isShareGpt ? List.of("role", "content") : List.of("from", "value")) {
      if (has(turn, other) && !Values.isEmpty(turn.get(other))) {
        throw new IllegalArgumentException(
            name + " has both " + (isShareGpt ? "from" : "role") + " and " + other);
      }
    }
    if (!has(turn, roleField)) {
      throw new IllegalArgumentException(name + " has no " + roleField);
    }
    String given = Values.text(turn.get(roleField), name + ": " + roleField);
    String role = ROLES.getOrDefault(given, given);
    ObjectNode extra = JsonNodeFactory.instance.objectNode();
    String content = "";
    if (given.equals(FUNCTION_CALL)) {
      ToolFields.SpelledCalls calls =
          ToolFields.spelled(text(turn, contentField, name), name + " of role " + FUNCTION_CALL);
      content = calls.before();
      extra.set("tool_calls", calls.calls());
    }
    for (Map.Entry<String, JsonNode> field : turn.properties()) {
      readExtra(field, name, extra);
    }
    if (!given.equals(FUNCTION_CALL)) {
      content = content(turn, contentField, name, role, extra);
    }
    boolean isLearnt = weight(turn, name).orElse(learnt) || !role.equals(ASSISTANT);
    return new Message(role, content, isLearnt, extra.isEmpty() ? "" : Values.write(extra, name));
  }

  private static void readExtra(Map.Entry<String, JsonNode> field, String name, ObjectNode extra) {
    String key = field.getKey();
    JsonNode value = field.getValue();
    if (key.equals("content") && value.isNull()) {
      extra.putNull(key);
    }
    if (key.equals("tool_calls")) {
      if (!Values.isEmptyJson(value)) {
        putCalls(extra, ToolFields.calls(value, name), name);
      }
    } else if (key.equals(FUNCTION_CALL)) {
      if (!Values.isEmptyJson(value)) {
        putCalls(extra, ToolFields.ofFunctionCall(value, name), name);
      }
    } else if (TEXT_FIELDS.contains(key) && !Values.isEmpty(value)) {
      extra.put(key, Values.text(value, name + ": " + key));
    }
  }

  private static void putCalls(ObjectNode extra, JsonNode calls, String name) {
    if (extra.has("tool_calls")) {
      throw new IllegalArgumentException(name + " has tool calls in two fields");
    }
    extra.set("tool_calls", calls);
  }

  /** Reads the content; it may be missing or null beside tool calls. */
  private static String content(
      JsonNode turn, String field, String name, String role, ObjectNode extra) {
    if (has(turn, field)) {
      extra.remove("content");
      return Content.text(turn.get(field), name, field);
    }
    if (!extra.has("tool_calls") || !role.equals(ASSISTANT)) {
      throw new IllegalArgumentException(name + " has no " + field);
    }
    return "";
  }

  private static String text(JsonNode turn, String field, String name) {
    if (!has(turn, field)) {
      throw new IllegalArgumentException(name + " has no " + field);
    }
    return Values.text(turn.get(field), name + ": " + field);
  }

  private static Optional<Boolean> weight(JsonNode turn, String name) {
    if (!has(turn, "weight")) {
      return Optional.empty();
    }
    JsonNode value = turn.get("weight");
    if (!value.isNumber() || (value.doubleValue() != 0 && value.doubleValue() != 1)) {
      throw new IllegalArgumentException(
          "%s has the weight %s: use 1 for a turn that is learnt and 0 for one that is not; there are no other weights"
              .formatted(name, ForeignText.name(value.toString())));
    }
    return Optional.of(value.doubleValue() == 1);
  }

  private static boolean has(JsonNode turn, String field) {
    return turn.hasNonNull(field);
  }
}
