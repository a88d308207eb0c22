package io.sluice.schemas.validation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.ExactJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules for the parts of an example that are JSON texts: further fields of turns, and tools.
 */
final class ExtraRules {
  private static final String TOOL_CALLS = "tool_calls";

  /** Fields of a turn that the record has fields of its own for. */
  private static final Set<String> OWN = Set.of("role", "weight", "learn", "extra");

  private ExtraRules() {}

  /**
   * Checks the further fields of a turn: none, or a JSON object. Its field content is null, and its
   * tool_calls, if there are any, are a list of objects.
   */
  static List<String> problems(Message message) {
    if (message.getExtra().isEmpty()) {
      return List.of();
    }
    Optional<JsonNode> extra = json(message.getExtra()).filter(JsonNode::isObject);
    if (extra.isEmpty()) {
      return List.of("extra is not a JSON object");
    }
    List<String> problems = new ArrayList<>();
    JsonNode fields = extra.get();
    if (fields.isEmpty()) {
      problems.add("extra is an object without fields: leave it empty");
    }
    for (String own : OWN) {
      if (fields.has(own)) {
        problems.add("extra has the field " + own + ", which belongs beside it");
      }
    }
    JsonNode content = fields.get("content");
    if (content != null && (!content.isNull() || !message.getContent().isEmpty())) {
      problems.add("extra has a content beside the turn's own: it may only be null there");
    }
    JsonNode calls = fields.get(TOOL_CALLS);
    if (calls != null && !isListOfObjects(calls)) {
      problems.add("tool_calls is not a list of objects");
    }
    if (!isUnicode(fields)) {
      problems.add("extra contains half a surrogate pair, which is not a character");
    }
    return problems;
  }

  /** Checks definitions of tools: none, or a JSON array of objects. */
  static List<String> toolProblems(String tools) {
    if (tools.isEmpty()) {
      return List.of();
    }
    Optional<JsonNode> list = json(tools).filter(ExtraRules::isListOfObjects);
    if (list.isEmpty()) {
      return List.of("tools is not a JSON array of objects");
    }
    return isUnicode(list.get())
        ? List.of()
        : List.of("tools contains half a surrogate pair, which is not a character");
  }

  /** Whether a turn calls at least one tool. */
  static boolean hasToolCalls(Message message) {
    return !message.getExtra().isEmpty()
        && json(message.getExtra())
            .map(fields -> fields.get(TOOL_CALLS))
            .filter(ExtraRules::isListOfObjects)
            .isPresent();
  }

  private static Optional<JsonNode> json(String text) {
    try {
      return Optional.of(ExactJson.read(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static boolean isListOfObjects(JsonNode value) {
    if (!value.isArray() || value.isEmpty()) {
      return false;
    }
    for (JsonNode element : value) {
      if (!element.isObject()) {
        return false;
      }
    }
    return true;
  }

  /** Checks the texts that the JSON stands for: escapes can spell what UTF-8 cannot. */
  private static boolean isUnicode(JsonNode value) {
    if (value.isTextual()) {
      return MessageRules.isUnicode(value.textValue());
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (!MessageRules.isUnicode(field.getKey())) {
        return false;
      }
    }
    for (JsonNode element : value) {
      if (!isUnicode(element)) {
        return false;
      }
    }
    return true;
  }
}
