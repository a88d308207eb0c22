package io.sluice.gpuworker.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a chat template is given, as JSON: templates differ in the fields that they read. The order
 * of keys and the types of numbers are kept in the text.
 *
 * @param messages in order; each has a {@code role}
 * @param tools definitions of the tools that the model may call; absent if there are none
 * @param arguments further variables of the template, such as {@code enable_thinking}
 */
public record Conversation(
    List<ObjectNode> messages, Optional<ArrayNode> tools, Map<String, JsonNode> arguments) {
  /** The role of the model's own messages. */
  public static final String ASSISTANT = "assistant";

  /** Takes unmodifiable copies of the list and the map; the nodes must not be modified later. */
  public Conversation {
    messages = List.copyOf(messages);
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  /** The same conversation up to a message, which is not included. */
  Conversation upTo(int message) {
    return new Conversation(messages.subList(0, message), tools, arguments);
  }

  /** Whether a message is the model's own. */
  boolean isAssistant(int message) {
    return messages.get(message).path("role").asText().equals(ASSISTANT);
  }
}
