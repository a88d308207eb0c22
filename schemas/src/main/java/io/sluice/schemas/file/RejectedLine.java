package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A line of a file of rejected lines, {@code {"file", "line", "id", "reason", "text"}}. The readers
 * of examples read such a line as the example that it holds, so that the file can be sent again
 * when the cause has been removed.
 *
 * @param file the file that the example comes from
 * @param line number in that file of the line on which the example begins, from 1; of Parquet, the
 *     number of the row
 * @param id the id that the example gets if it does not have one of its own
 * @param reason why the example could not be used, after its {@linkplain Place#inReason place}
 * @param text the example; empty when it could not be read
 */
public record RejectedLine(String file, long line, String id, String reason, String text) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> FIELDS = List.of("file", "line", "id", "reason", "text");
  private static final int MAX_REASON = 200;

  /**
   * Returns the line as JSON that every encoder can write: half a surrogate pair, which UTF-8 does
   * not have, is written as an escape.
   */
  public String toJson() {
    String json =
        JSON.createObjectNode()
            .put("file", file)
            .put("line", line)
            .put("id", id)
            .put("reason", reason)
            .put("text", text)
            .toString();
    StringBuilder escaped = new StringBuilder(json.length());
    json.codePoints()
        .forEach(
            c -> {
              if (Character.getType(c) == Character.SURROGATE) {
                escaped.append("\\u%04x".formatted(c));
              } else {
                escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }

  /**
   * Returns the rejected line that a text is, in any order of its fields; empty when it is anything
   * else. If the example of it is a rejected line in turn, that one is returned.
   */
  static Optional<RejectedLine> parse(String text) {
    return json(text).flatMap(RejectedLine::of);
  }

  /** Returns the rejected line that an object is, like {@link #parse}. */
  static Optional<RejectedLine> of(JsonNode object) {
    if (object.size() != FIELDS.size() || !problems(object).isEmpty()) {
      return Optional.empty();
    }
    RejectedLine outer =
        new RejectedLine(
            object.get("file").textValue(),
            object.get("line").longValue(),
            object.get("id").textValue(),
            object.get("reason").textValue(),
            object.get("text").textValue());
    return parse(outer.text)
        .map(inner -> inner.id.isEmpty() ? inner.withId(outer.id) : inner)
        .or(() -> Optional.of(outer));
  }

  /** Where the example was in its file, which the reason says if it was not a line. */
  Place place() {
    return Place.of(line, reason);
  }

  private RejectedLine withId(String other) {
    return new RejectedLine(file, line, other, reason, text);
  }

  /**
   * Says why an object that cannot be used is no rejected line, if it looks like one: it has the
   * fields file, reason and text.
   */
  static Optional<String> lookalike(JsonNode object) {
    if (!Stream.of("file", "reason", "text").allMatch(name -> object.path(name).isTextual())) {
      return Optional.empty();
    }
    return Optional.of(problems(object))
        .filter(problems -> !problems.isEmpty())
        .map(
            problems ->
                "it looks like a rejected line and is none ("
                    + String.join(", ", problems)
                    + "): a rejected line has exactly the fields file, line, id, reason and text,"
                    + " as --reject writes them");
  }

  /** Says why a text that cannot be used is no rejected line, like {@link #lookalike(JsonNode)}. */
  static Optional<String> lookalike(String text) {
    return json(text).flatMap(RejectedLine::lookalike);
  }

  /** Parses a text that may be a rejected line. Most texts are not, which saves parsing them. */
  private static Optional<JsonNode> json(String text) {
    if (!text.contains("\"file\"") || !text.contains("\"reason\"") || !text.contains("\"text\"")) {
      return Optional.empty();
    }
    try {
      return Optional.of(ExactJson.read(JsonReading.withoutMark(text)));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** What distinguishes a value from a rejected line; empty when it is one. */
  private static List<String> problems(JsonNode object) {
    List<String> problems = new ArrayList<>();
    for (String name : FIELDS) {
      JsonNode value = object.path(name);
      if (value.isMissingNode()) {
        problems.add(name + " is missing");
      } else if (name.equals("line")) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
          problems.add("line is not the number of a line");
        }
      } else if (!value.isTextual()) {
        problems.add(name + " is not a text");
      }
    }
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                problems.add("'" + ForeignText.name(name) + "' is a further field");
              }
            });
    return problems;
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
              + "): mend "
              + place()
              + " of "
              + ForeignText.shown(file, MAX_REASON));
    }
    return JsonReading.object(text);
  }
}
