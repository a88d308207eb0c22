package io.sluice.gpuworker.model.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A JSON object from a file in a model folder. Its error messages name the file and the field.
 *
 * @param path the file
 * @param root the object
 */
public record JsonFile(Path path, JsonNode root) {
  /**
   * Accepts NaN, which trainers write when a gradient norm is not finite. Text after the object is
   * an error, as it is for transformers.
   */
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  /**
   * Reads a file.
   *
   * @throws UnusableModelException when the file does not contain a JSON object
   */
  public static JsonFile read(Path path) throws IOException {
    return object(path, tree(path));
  }

  /**
   * Reads a file that contains a list of objects.
   *
   * @throws UnusableModelException when it contains anything else
   */
  public static List<JsonFile> readList(Path path) throws IOException {
    JsonNode root = tree(path);
    if (!root.isArray()) {
      throw new UnusableModelException(
          path + " is not a JSON list: get an intact copy of the file");
    }
    List<JsonFile> objects = new ArrayList<>();
    for (JsonNode item : root) {
      objects.add(object(path, item));
    }
    return objects;
  }

  /** An object without fields, in place of a file that does not exist. */
  public static JsonFile empty(Path path) {
    return new JsonFile(path, JsonNodeFactory.instance.objectNode());
  }

  private static JsonFile object(Path path, JsonNode node) throws UnusableModelException {
    if (!node.isObject()) {
      throw new UnusableModelException(
          path + " is not a JSON object: get an intact copy of the file");
    }
    return new JsonFile(path, node);
  }

  private static JsonNode tree(Path path) throws IOException {
    try {
      return READER.readTree(Files.readString(path));
    } catch (JsonProcessingException | CharacterCodingException e) {
      throw new UnusableModelException(path + " is not JSON: get an intact copy of the file", e);
    }
  }

  /** A field's value; a field that is null counts as absent. */
  public Optional<JsonNode> field(String name) {
    return Optional.ofNullable(root.get(name)).filter(node -> !node.isNull());
  }

  /**
   * A field that is an object. Its error messages name the same file.
   *
   * @throws UnusableModelException when the field is not an object
   */
  public Optional<JsonFile> object(String name) throws UnusableModelException {
    Optional<JsonNode> node = field(name);
    if (node.isPresent() && !node.get().isObject()) {
      throw new UnusableModelException(
          path + ": " + name + " is " + node.get() + ", not an object");
    }
    return node.map(object -> new JsonFile(path, object));
  }

  /**
   * Creates the exception for a file whose content cannot be used.
   *
   * @param problem what is wrong, with the name and the value of the field
   * @param remedy what to do
   */
  public UnusableModelException unusable(String problem, String remedy) {
    return new UnusableModelException(path + ": " + problem + ": " + remedy);
  }

  /** A string, or the default if the field is absent. Other types are converted to strings. */
  public String text(String name, String orElse) {
    return field(name).map(JsonNode::asText).orElse(orElse);
  }

  /**
   * A list of strings; empty if the field is absent. A single string counts as a list of one.
   *
   * @throws UnusableModelException when the field is anything else
   */
  public List<String> texts(String name) throws UnusableModelException {
    List<String> texts = new ArrayList<>();
    Optional<JsonNode> node = field(name);
    Iterable<JsonNode> items =
        node.isPresent() && node.get().isTextual() ? List.of(node.get()) : root.path(name);
    for (JsonNode item : items) {
      if (!item.isTextual()) {
        throw new UnusableModelException(
            path + ": " + name + " contains " + item + ", which is not a string");
      }
      texts.add(item.textValue());
    }
    return texts;
  }

  /**
   * A boolean, or the default if the field is absent.
   *
   * @throws UnusableModelException when the field is not a boolean
   */
  public boolean flag(String name, boolean orElse) throws UnusableModelException {
    Optional<JsonNode> node = field(name);
    if (node.isPresent() && !node.get().isBoolean()) {
      throw new UnusableModelException(
          path + ": " + name + " is " + node.get() + ", not true or false");
    }
    return node.map(JsonNode::asBoolean).orElse(orElse);
  }

  /**
   * An item of a list; empty if the field is absent.
   *
   * @throws UnusableModelException when the field is not a list, or has too few items
   */
  public Optional<JsonNode> item(String name, int index) throws UnusableModelException {
    Optional<JsonNode> list = field(name);
    if (list.isPresent() && !list.get().has(index)) {
      throw new UnusableModelException(
          path
              + ": "
              + name
              + " is not a list of at least "
              + (index + 1)
              + " items: get an intact copy of the file");
    }
    return list.map(items -> items.get(index));
  }

  /**
   * A whole number of at least 1.
   *
   * @throws UnusableModelException when the field is absent or has another value
   */
  public int count(String name) throws UnusableModelException {
    JsonNode node = field(name).orElseThrow(() -> new UnusableModelException(missing(name)));
    return count(name, node);
  }

  /**
   * A whole number of at least 1, or the default if the field is absent.
   *
   * @throws UnusableModelException when the field has another value
   */
  public int count(String name, int orElse) throws UnusableModelException {
    Optional<JsonNode> node = field(name);
    return node.isPresent() ? count(name, node.get()) : orElse;
  }

  /**
   * A whole number of at least 0, or the default if the field is absent.
   *
   * @throws UnusableModelException when the field has another value
   */
  public int natural(String name, int orElse) throws UnusableModelException {
    Optional<JsonNode> node = field(name);
    if (node.isPresent()
        && (!node.get().isIntegralNumber()
            || !node.get().canConvertToInt()
            || node.get().intValue() < 0)) {
      throw new UnusableModelException(
          path + ": " + name + " is " + node.get() + ", not a whole number of at least 0");
    }
    return node.map(JsonNode::intValue).orElse(orElse);
  }

  /**
   * A number, as a double.
   *
   * @throws UnusableModelException when the field is absent or not a finite number
   */
  public double number(String name) throws UnusableModelException {
    JsonNode node = field(name).orElseThrow(() -> new UnusableModelException(missing(name)));
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw new UnusableModelException(path + ": " + name + " is " + node + ", not a number");
    }
    return node.doubleValue();
  }

  /**
   * A number, or the default if the field is absent.
   *
   * @throws UnusableModelException when the field is not a finite number
   */
  public double number(String name, double orElse) throws UnusableModelException {
    return field(name).isPresent() ? number(name) : orElse;
  }

  /**
   * Rejects an unsupported value of a setting.
   *
   * @throws UnusableModelException when the value is not supported; the message lists the supported
   *     ones
   */
  public void requireOneOf(String name, String value, Set<String> supported)
      throws UnusableModelException {
    if (!supported.contains(value)) {
      throw new UnusableModelException(
          path
              + ": "
              + name
              + " "
              + value
              + " is not supported: use a model with "
              + name
              + " "
              + String.join(" or ", new TreeSet<>(supported)));
    }
  }

  private int count(String name, JsonNode node) throws UnusableModelException {
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw new UnusableModelException(
          path + ": " + name + " is " + node + ", not a whole number of at least 1");
    }
    return node.intValue();
  }

  private String missing(String name) {
    return path + " has no " + name + ": get an intact copy of the file";
  }
}
