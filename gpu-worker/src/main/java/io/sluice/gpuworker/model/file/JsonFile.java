package io.sluice.gpuworker.model.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One JSON object of a model folder; its complaints name the file and the field.
 *
 * @param path the file
 * @param root its content
 */
public record JsonFile(Path path, JsonNode root) {
  /** A trainer writes NaN where a gradient norm was not finite. */
  private static final ObjectReader READER =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build().reader();

  public static JsonFile read(Path path) throws IOException {
    try {
      JsonNode root = READER.readTree(Files.readString(path));
      if (!root.isObject()) {
        throw new UnusableModelException(path + " is not a JSON object: get the file again");
      }
      return new JsonFile(path, root);
    } catch (JsonProcessingException | CharacterCodingException e) {
      throw new UnusableModelException(path + " is not JSON: get the file again", e);
    }
  }

  /** A field's value; a field that is null counts as absent. */
  public Optional<JsonNode> field(String name) {
    return Optional.ofNullable(root.get(name)).filter(node -> !node.isNull());
  }

  /** A field that is an object, as if it were a file of its own. */
  public Optional<JsonFile> object(String name) {
    return field(name).filter(JsonNode::isObject).map(node -> new JsonFile(path, node));
  }

  /** A text, or the default where it is absent. */
  public String text(String name, String orElse) {
    return field(name).map(JsonNode::asText).orElse(orElse);
  }

  /** A truth value, or the default where it is absent. */
  public boolean flag(String name, boolean orElse) throws UnusableModelException {
    Optional<JsonNode> node = field(name);
    if (node.isPresent() && !node.get().isBoolean()) {
      throw new UnusableModelException(
          path + ": " + name + " is " + node.get() + ", not true or false");
    }
    return node.map(JsonNode::asBoolean).orElse(orElse);
  }

  /**
   * An item of a list; empty where there is no such list.
   *
   * @throws UnusableModelException when it is no list or has no such item
   */
  public Optional<JsonNode> item(String name, int index) throws UnusableModelException {
    Optional<JsonNode> list = field(name);
    if (list.isPresent() && !list.get().has(index)) {
      throw new UnusableModelException(
          path + ": " + name + " is no list of at least " + (index + 1) + ": get the file again");
    }
    return list.map(items -> items.get(index));
  }

  /** A whole number of at least 1. */
  public int count(String name) throws UnusableModelException {
    JsonNode node = field(name).orElseThrow(() -> new UnusableModelException(missing(name)));
    return count(name, node);
  }

  /** A whole number of at least 1, or the default where it is absent. */
  public int count(String name, int orElse) throws UnusableModelException {
    Optional<JsonNode> node = field(name);
    return node.isPresent() ? count(name, node.get()) : orElse;
  }

  /** A number. */
  public double number(String name) throws UnusableModelException {
    JsonNode node = field(name).orElseThrow(() -> new UnusableModelException(missing(name)));
    if (!node.isNumber()) {
      throw new UnusableModelException(path + ": " + name + " is " + node + ", not a number");
    }
    return node.doubleValue();
  }

  /** A number, or the default where it is absent. */
  public double number(String name, double orElse) throws UnusableModelException {
    return field(name).isPresent() ? number(name) : orElse;
  }

  /**
   * Refuses a setting with a value that is not known.
   *
   * @throws UnusableModelException naming the values that are
   */
  public void requireOneOf(String name, String value, Set<String> known)
      throws UnusableModelException {
    if (!known.contains(value)) {
      throw new UnusableModelException(
          path
              + ": "
              + name
              + " "
              + value
              + " is not supported: use a model with "
              + name
              + " "
              + String.join(" or ", new TreeSet<>(known)));
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
    return path + " has no " + name + ": get the file again";
  }
}
