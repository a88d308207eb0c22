package io.sluice.schemas.form;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.validation.ForeignText;
import java.util.Map;
import java.util.Set;

/**
 * Reads the content of a turn: a text, or a list of parts. Parts of text are joined without
 * anything between them, as chat templates write them; all other parts are refused by their type.
 */
final class Content {
  private static final Set<String> TEXT_TYPES = Set.of("text", "input_text", "output_text");

  /** Fields of a part that do not change what is read. */
  private static final Set<String> IGNORED = Set.of("type", "text", "index", "id", "cache_control");

  private Content() {}

  /**
   * Returns the text of a content.
   *
   * @param turn how messages name the turn
   * @param field the name of the field that the content is in
   * @throws IllegalArgumentException when it is no text and no list of texts
   */
  static String text(JsonNode content, String turn, String field) {
    if (!content.isArray()) {
      return Values.text(content, turn + ": " + field);
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      if (part.isTextual()) {
        text.append(part.textValue());
      } else if (part.isObject()) {
        text.append(part(part, turn));
      } else if (!part.isNull()) {
        throw new IllegalArgumentException(
            turn + ": " + field + " is not a text, and not a list of parts with type and text");
      }
    }
    return text.toString();
  }

  private static String part(JsonNode part, String turn) {
    String type = part.path("type").asText("text");
    if (!TEXT_TYPES.contains(type)) {
      throw new IllegalArgumentException(
          turn
              + " has a part of type '"
              + ForeignText.name(type)
              + "': Sluice reads text only, and the example is another one without it");
    }
    for (Map.Entry<String, JsonNode> field : part.properties()) {
      if (!IGNORED.contains(field.getKey()) && !Values.isEmpty(field.getValue())) {
        throw new IllegalArgumentException(
            turn
                + " has a part with the field '"
                + ForeignText.name(field.getKey())
                + "': Sluice reads text only, and the example is another one without it");
      }
    }
    if (!part.path("text").isTextual()) {
      throw new IllegalArgumentException(turn + " has a part of type text without a text");
    }
    return part.path("text").textValue();
  }
}
