package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.validation.ForeignText;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A line of a file of rejected lines, {@code {"file", "line", "id", "reason", "text"}}. The readers
 * of examples read such a line as the example that it holds, so that the file can be sent again
 * when the cause has been removed.
 *
 * @param file the file that the example comes from
 * @param line number in that file of the line on which the example begins, from 1
 * @param id the id that the example has in that file if it does not have one of its own
 * @param reason why the example could not be used
 * @param text the example; empty when it could not be read
 */
public record RejectedLine(String file, long line, String id, String reason, String text) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How such a line begins; it saves parsing all others twice. */
  private static final Pattern BEGIN = Pattern.compile("\\s*\\{\\s*\"file\"\\s*:");

  private static final int FIELDS = 5;
  private static final int MAX_REASON = 200;

  /** Returns the line as JSON. */
  public String toJson() {
    return JSON.createObjectNode()
        .put("file", file)
        .put("line", line)
        .put("id", id)
        .put("reason", reason)
        .put("text", text)
        .toString();
  }

  /** Returns the rejected line that a text is; empty when it is anything else. */
  static Optional<RejectedLine> parse(String text) {
    if (!BEGIN.matcher(text).lookingAt()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ExactJson.read(text)).filter(RejectedLine::isOne).map(RejectedLine::of);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static boolean isOne(JsonNode object) {
    return object.size() == FIELDS
        && object.path("file").isTextual()
        && object.path("line").isIntegralNumber()
        && object.path("id").isTextual()
        && object.path("reason").isTextual()
        && object.path("text").isTextual();
  }

  private static RejectedLine of(JsonNode object) {
    return new RejectedLine(
        object.get("file").textValue(),
        object.get("line").longValue(),
        object.get("id").textValue(),
        object.get("reason").textValue(),
        object.get("text").textValue());
  }

  /**
   * Parses the example.
   *
   * @throws IllegalArgumentException when it is not a JSON object, or could not be read
   */
  JsonNode example() {
    if (text.isEmpty()) {
      throw new IllegalArgumentException(
          "this rejected line has no text ("
              + ForeignText.shown(reason, MAX_REASON)
              + "): mend line "
              + line
              + " of "
              + ForeignText.shown(file, MAX_REASON));
    }
    return JsonReading.object(text);
  }
}
