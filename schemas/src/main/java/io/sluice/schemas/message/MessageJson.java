package io.sluice.schemas.message;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.util.List;

/**
 * Writes turns in the form in which candidates are read: {@code [{"role", "content", "weight"?}]}.
 * A turn of weight 0 is not learnt; without a weight it is learnt if it is the assistant's.
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

  private static void write(List<Message> messages, boolean allWeights, JsonGenerator json)
      throws IOException {
    json.writeStartArray();
    for (Message message : messages) {
      json.writeStartObject();
      json.writeStringField("role", message.getRole());
      json.writeStringField("content", message.getContent());
      if (!message.getLearn() || (allWeights && message.getRole().equals("assistant"))) {
        json.writeNumberField("weight", message.getLearn() ? 1 : 0);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
