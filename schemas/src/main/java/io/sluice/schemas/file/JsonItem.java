package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One value of an input: the text of a line of JSON lines or of an element of a JSON array, or a
 * row of a table.
 */
sealed interface JsonItem {
  /** Where it is in its input. */
  Place place();

  /** The id that it has if its example has none; empty when that is made of its number. */
  default Optional<String> givenId() {
    return Optional.empty();
  }

  /**
   * Parses it.
   *
   * @throws IllegalArgumentException when it is not a JSON object; the message says why
   */
  JsonNode object();

  /** What it is, as text, for whoever wants to see or mend it; empty when it could not be read. */
  default String source() {
    return "";
  }

  /** Where it comes from, if it was rejected before. */
  default Optional<CandidateLine.Origin> origin() {
    return Optional.empty();
  }

  /** Returns why it cannot be used; by default, what its reader found. */
  default IllegalArgumentException cause(IllegalArgumentException found) {
    return found;
  }

  /**
   * A text that was read, and is not parsed yet.
   *
   * @param place a line or an element
   */
  record Text(Place place, String text) implements JsonItem {
    @Override
    public JsonNode object() {
      return JsonReading.object(text);
    }

    @Override
    public String source() {
      return text;
    }

    @Override
    public IllegalArgumentException cause(IllegalArgumentException found) {
      return RejectedLine.lookalike(text).map(IllegalArgumentException::new).orElse(found);
    }
  }

  /**
   * A line of a file of rejected lines, which stands for the example in it.
   *
   * @param outer the line itself
   */
  record Rejected(JsonItem outer, RejectedLine rejected) implements JsonItem {
    @Override
    public Place place() {
      return outer.place();
    }

    @Override
    public Optional<String> givenId() {
      return Optional.of(rejected.id()).filter(id -> !id.isEmpty());
    }

    @Override
    public JsonNode object() {
      return rejected.example();
    }

    @Override
    public String source() {
      return rejected.text();
    }

    @Override
    public Optional<CandidateLine.Origin> origin() {
      return Optional.of(new CandidateLine.Origin(rejected.file(), rejected.place()));
    }

    @Override
    public IllegalArgumentException cause(IllegalArgumentException found) {
      return RejectedLine.lookalike(rejected.text())
          .map(IllegalArgumentException::new)
          .orElse(found);
    }
  }

  /**
   * A row of a table.
   *
   * @param object its fields
   */
  record Row(Place place, ObjectNode object) implements JsonItem {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String source() {
      try {
        return JSON.writeValueAsString(object);
      } catch (JsonProcessingException e) {
        // A JSON text in a column may be nested as deeply as JSON is read, and is one level deeper
        // here.
        return "";
      }
    }

    @Override
    public IllegalArgumentException cause(IllegalArgumentException found) {
      return RejectedLine.lookalike(object).map(IllegalArgumentException::new).orElse(found);
    }

    /** Returns the row, or the rejected line that it is. */
    JsonItem orRejected() {
      return RejectedLine.of(object)
          .<JsonItem>map(rejected -> new Rejected(this, rejected))
          .orElse(this);
    }
  }

  /**
   * A text or a row that could not be read, for example because it is too long.
   *
   * @param reason why, in words for people
   */
  record Unreadable(Place place, String reason) implements JsonItem {
    @Override
    public JsonNode object() {
      throw new IllegalArgumentException(reason);
    }
  }

  /** Decodes UTF-8, and recognises rejected lines. */
  static JsonItem decode(Place place, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      Text item = new Text(place, text);
      return RejectedLine.parse(text)
          .<JsonItem>map(rejected -> new Rejected(item, rejected))
          .orElse(item);
    } catch (CharacterCodingException e) {
      return new Unreadable(place, "not UTF-8 text: save the file as UTF-8");
    }
  }

  /** The item that stands for a text of more than {@code maxBytes} bytes. */
  static JsonItem tooLong(Place place, int maxBytes) {
    return tooLong(place, maxBytes, "");
  }

  /**
   * The item that stands for a text of more than {@code maxBytes} bytes.
   *
   * @param advice is added to the reason
   */
  static JsonItem tooLong(Place place, int maxBytes, String advice) {
    return new Unreadable(place, "longer than " + maxBytes + " bytes" + advice);
  }
}
