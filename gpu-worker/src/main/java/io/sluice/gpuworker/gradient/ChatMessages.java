package io.sluice.gpuworker.gradient;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.chat.Conversation;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.ExactJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Messages and tools as chat templates read them. */
final class ChatMessages {
  private static final String CONTENT = "content";

  private ChatMessages() {}

  /**
   * Converts an example: each message has its role, its content and then its further fields.
   *
   * @param tools the definitions of the tools as a JSON array; empty when there are none
   * @throws IllegalArgumentException when a JSON text is not valid
   */
  static Conversation conversation(List<Message> messages, String tools) {
    List<ObjectNode> converted = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      converted.add(message(messages.get(i), "message " + (i + 1)));
    }
    Optional<ArrayNode> list =
        tools.isEmpty() ? Optional.empty() : Optional.of(parsed(tools, ArrayNode.class, "tools"));
    return new Conversation(converted, list, Map.of());
  }

  private static ObjectNode message(Message message, String name) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("role", message.getRole());
    node.put(CONTENT, message.getContent());
    if (!message.getExtra().isEmpty()) {
      // A content there is null, and replaces the empty text without changing the order of keys.
      node.setAll(parsed(message.getExtra(), ObjectNode.class, name));
    }
    return node;
  }

  private static <T extends JsonNode> T parsed(String json, Class<T> type, String name) {
    try {
      JsonNode parsed = ExactJson.read(json);
      if (type.isInstance(parsed)) {
        return type.cast(parsed);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(name + ": not JSON: " + e.getOriginalMessage(), e);
    }
    throw new IllegalArgumentException(name + ": a JSON text of the wrong type");
  }
}
