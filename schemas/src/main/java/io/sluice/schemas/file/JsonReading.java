package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads those parts of JSON that candidate files and task files have in common.
 *
 * <p>Every method throws {@link IllegalArgumentException} when the JSON has another form; the
 * message names the field and says what is wrong, in words for people.
 */
final class JsonReading {
  /** Advice for a file whose lines end as on old Macintosh computers. */
  static final String CARRIAGE_RETURNS =
      "it has carriage returns without line feeds: if they end its lines, convert them"
          + " (tr '\\r' '\\n' < FILE)";

  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final Pattern CARRIAGE_RETURN = Pattern.compile("\\r(?!\\n)");

  private JsonReading() {}

  /** Parses a text that must be exactly one JSON object. */
  static JsonNode object(String text) {
    JsonNode node = parse(withoutMark(text));
    if (!node.isObject()) {
      throw new IllegalArgumentException("not a JSON object: it must begin with { and end with }");
    }
    return node;
  }

  /** Returns a text without the byte order mark that some editors put before it. */
  static String withoutMark(String text) {
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }

  private static JsonNode parse(String text) {
    try {
      return ExactJson.read(text);
    } catch (JsonEOFException e) {
      throw new IllegalArgumentException(
          "not JSON: it ends too early, a bracket or quote is not closed" + ofLineEnds(text));
    } catch (StreamConstraintsException e) {
      throw new IllegalArgumentException(
          "JSON beyond the limits: it is nested too deeply, or a number has too many digits");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + describe(e) + ofLineEnds(text));
    }
  }

  /** Says what is likely to be wrong with a text in which there are carriage returns alone. */
  private static String ofLineEnds(String text) {
    return CARRIAGE_RETURN.matcher(text.strip()).find() ? "; " + CARRIAGE_RETURNS : "";
  }

  /** Gives line and column only: Jackson's message quotes the input and names Java classes. */
  private static String describe(JsonProcessingException e) {
    String problem =
        e.getOriginalMessage().startsWith("Duplicate field")
            ? "a field is given twice"
            : "something is wrong";
    JsonLocation at = e.getLocation();
    String line = at.getLineNr() > 1 ? "line " + at.getLineNr() + ", " : "";
    return problem + " at " + line + "column " + at.getColumnNr();
  }

  /**
   * Checks that an object has no unknown fields: a misspelt one would silently have no effect.
   *
   * @param what how the message names the object
   */
  static void requireOnly(JsonNode object, Set<String> known, String what) {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new IllegalArgumentException(
                    "%s: unknown field '%s', use %s"
                        .formatted(
                            what, ForeignText.name(name), String.join(", ", new TreeSet<>(known))));
              }
            });
  }

  /** Returns the value of a field, or empty when it is absent or null. */
  static Optional<JsonNode> field(JsonNode object, String name) {
    return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
  }

  /** Returns the value of a text field, or empty when it is absent. */
  static Optional<String> text(JsonNode object, String name) {
    return field(object, name)
        .map(
            node -> {
              if (!node.isTextual()) {
                throw new IllegalArgumentException(name + " is not a text");
              }
              return node.textValue();
            });
  }

  /** Returns the value of a field with a number, or empty when it is absent. */
  static Optional<Double> number(JsonNode object, String name) {
    return field(object, name)
        .map(
            node -> {
              if (!node.isNumber()) {
                throw new IllegalArgumentException(name + " is not a number");
              }
              return node.doubleValue();
            });
  }

  /** Returns the value of a field with an int, or empty when it is absent. */
  static Optional<Integer> wholeNumber(JsonNode object, String name) {
    return field(object, name)
        .map(
            node -> {
              if (!node.isIntegralNumber() || !node.canConvertToInt()) {
                throw new IllegalArgumentException(name + " is not a whole number");
              }
              return node.intValue();
            });
  }

  /** Returns the value of a field with true or false, or empty when it is absent. */
  static Optional<Boolean> bool(JsonNode object, String name) {
    return field(object, name)
        .map(
            node -> {
              if (!node.isBoolean()) {
                throw new IllegalArgumentException(name + " is neither true nor false");
              }
              return node.booleanValue();
            });
  }

  /** Returns the value of a field with a list, or empty when it is absent. */
  static Optional<JsonNode> list(JsonNode object, String name) {
    return field(object, name)
        .map(
            node -> {
              if (!node.isArray()) {
                throw new IllegalArgumentException(name + " is not a list");
              }
              return node;
            });
  }

  /** Returns the value of a field with a list of ints, or empty when it is absent. */
  static Optional<List<Integer>> wholeNumbers(JsonNode object, String name) {
    return list(object, name)
        .map(
            list -> {
              List<Integer> numbers = new ArrayList<>(list.size());
              for (JsonNode number : list) {
                if (!number.isIntegralNumber() || !number.canConvertToInt()) {
                  throw new IllegalArgumentException(
                      name + ": " + number + " is not a whole number");
                }
                numbers.add(number.intValue());
              }
              return numbers;
            });
  }

  /** Returns the id, which may be a text or a whole number, or empty when it is absent. */
  static Optional<String> id(JsonNode object) {
    return field(object, "id")
        .map(
            node -> {
              if (!node.isTextual() && !node.isIntegralNumber()) {
                throw new IllegalArgumentException("id is neither a text nor a whole number");
              }
              return node.asText();
            });
  }
}
