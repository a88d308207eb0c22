package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the JSON that candidate files and task files share, with reasons that people understand.
 *
 * <p>Every method throws IllegalArgumentException whose message is such a reason.
 */
final class JsonReading {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build()
          .reader();

  private JsonReading() {}

  /** A text that must be one JSON object and nothing more. */
  static JsonNode object(String text) {
    JsonNode node = parse(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
    if (!node.isObject()) {
      throw new IllegalArgumentException("not a JSON object: it must begin with { and end with }");
    }
    return node;
  }

  private static JsonNode parse(String text) {
    try {
      return READER.readTree(text);
    } catch (JsonEOFException e) {
      throw new IllegalArgumentException("not JSON: it ends too early, a bracket or quote is open");
    } catch (StreamConstraintsException e) {
      throw new IllegalArgumentException(
          "more than is read: nested too deep, or a number too long");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + place(e));
    }
  }

  /** Jackson's own message quotes the input and names its classes: only the place is for people. */
  private static String place(JsonProcessingException e) {
    String what =
        e.getOriginalMessage().startsWith("Duplicate field")
            ? "a field is given twice"
            : "something is wrong";
    JsonLocation at = e.getLocation();
    String line = at.getLineNr() > 1 ? "line " + at.getLineNr() + ", " : "";
    return what + " at " + line + "column " + at.getColumnNr();
  }

  /** Checks that an object has no field but these: one that is misspelt would be passed over. */
  static void requireOnly(JsonNode object, Set<String> known, String what) {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new IllegalArgumentException(
                    "%s: there is no '%s', use %s"
                        .formatted(
                            what, ForeignText.name(name), String.join(", ", new TreeSet<>(known))));
              }
            });
  }

  /** A field's value; a field that is null counts as absent. */
  static Optional<JsonNode> field(JsonNode object, String name) {
    return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
  }

  /** A text field, or empty where it is absent. */
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

  /** A number, or empty where it is absent. */
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

  /** A whole number, or empty where it is absent. */
  static Optional<Integer> whole(JsonNode object, String name) {
    return field(object, name)
        .map(
            node -> {
              if (!node.isIntegralNumber() || !node.canConvertToInt()) {
                throw new IllegalArgumentException(name + " is not a whole number");
              }
              return node.intValue();
            });
  }

  /** True or false, or empty where it is absent. */
  static Optional<Boolean> truth(JsonNode object, String name) {
    return field(object, name)
        .map(
            node -> {
              if (!node.isBoolean()) {
                throw new IllegalArgumentException(name + " is neither true nor false");
              }
              return node.booleanValue();
            });
  }

  /** A list, or empty where it is absent. */
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

  /** A list of queries, those without an id named by their index; or empty where it is absent. */
  static Optional<List<Query>> queries(JsonNode object, String name) {
    return list(object, name)
        .map(
            list -> {
              List<Query> queries = new ArrayList<>(list.size());
              for (JsonNode query : list) {
                int index = queries.size();
                try {
                  queries.add(
                      new Query(id(query).orElse(Integer.toString(index)), messages(query)));
                } catch (IllegalArgumentException e) {
                  throw new IllegalArgumentException(
                      name + " " + (index + 1) + ": " + e.getMessage(), e);
                }
              }
              return queries;
            });
  }

  /** An id, which may be written as a text or as a whole number, or empty where it is absent. */
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

  /** The field {@code messages} of a candidate or a query. */
  static List<Message> messages(JsonNode object) {
    JsonNode node =
        field(object, "messages")
            .orElseThrow(() -> new IllegalArgumentException("messages is missing"));
    if (!node.isArray()) {
      throw new IllegalArgumentException("messages is not a list");
    }
    List<Message> messages = new ArrayList<>(node.size());
    for (JsonNode message : node) {
      messages.add(message(message, "message " + (messages.size() + 1)));
    }
    return List.copyOf(messages);
  }

  private static Message message(JsonNode node, String name) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(name + " is not an object with role and content");
    }
    return new Message(messageText(node, name, "role"), messageText(node, name, "content"));
  }

  private static String messageText(JsonNode node, String name, String field) {
    JsonNode value =
        field(node, field)
            .orElseThrow(() -> new IllegalArgumentException(name + " has no " + field));
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + ": " + field + " is not a text");
    }
    return value.textValue();
  }
}
