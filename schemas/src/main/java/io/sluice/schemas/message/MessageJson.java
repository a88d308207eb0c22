package io.sluice.schemas.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes examples in the form in which candidates are read. A turn is {@code {"role", "content",
 * "weight"?}} and its further fields, such as {@code tool_calls}. A turn of weight 0 is not learnt;
 * without a weight it is learnt if it is the assistant's.
 */
public final class MessageJson {
  private MessageJson() {}

  /** Writes the turns as one JSON array, with the weights that are 0. */
  public static void write(List<Message> messages, JsonGenerator json) throws IOException {
    write(messages, false, json);
  }

  /** Likewise, but with the weight of every turn of the assistant, which is 0 or 1. */
  public static void writeWithWeights(List<Message> messages, JsonGenerator json)
      throws IOException {
    write(messages, true, json);
  }

  /**
   * Writes the fields {@code tools} and {@code metadata} of the object that the generator is
   * writing. A field that holds nothing is left out.
   *
   * @param tools the definitions of the tools as a JSON array; empty when there are none
   */
  public static void writeToolsAndMetadata(
      String tools, Map<String, String> metadata, JsonGenerator json) throws IOException {
    if (!tools.isEmpty()) {
      json.writeFieldName("tools");
      write(ExactJson.read(tools), json);
    }
    if (!metadata.isEmpty()) {
      json.writeObjectFieldStart("metadata");
      for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
    }
  }

  private static void write(List<Message> messages, boolean allWeights, JsonGenerator json)
      throws IOException {
    json.writeStartArray();
    for (Message message : messages) {
      writeTurn(message, allWeights, json);
    }
    json.writeEndArray();
  }

  /**
   * Writes one turn as a JSON object.
   *
   * @param withWeight whether a turn of the assistant has its weight also when it is 1
   */
  public static void writeTurn(Message message, boolean withWeight, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("role", message.getRole());
    JsonNode extra = message.getExtra().isEmpty() ? null : ExactJson.read(message.getExtra());
    if (extra == null || !extra.has("content")) {
      json.writeStringField("content", message.getContent());
    }
    if (extra != null) {
      for (Map.Entry<String, JsonNode> field : extra.properties()) {
        json.writeFieldName(field.getKey());
        write(field.getValue(), json);
      }
    }
    if (!message.getLearn() || (withWeight && message.getRole().equals("assistant"))) {
      json.writeNumberField("weight", message.getLearn() ? 1 : 0);
    }
    json.writeEndObject();
  }

  /** Needs no codec in the generator, as {@link JsonGenerator#writeTree} would. */
  private static void write(JsonNode value, JsonGenerator json) throws IOException {
    json.writeRawValue(value.toString());
  }
}
