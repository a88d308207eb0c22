package io.sluice.gpuworker.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All fields of one JSON object that Sluice knows.
 *
 * <p>A field that is not in the list passes only with a value that turns nothing on: null, false,
 * an empty string, an empty list or an empty object. Newer versions of other libraries write new
 * fields with such values. Any other value is refused, because it may change what the model
 * computes. Immutable.
 */
public final class FieldList {
  private static final int MAX_VALUE_LENGTH = 80;

  private final String title;
  private final List<Fields> rows;
  private final Map<String, Treatment> byName;

  /**
   * Creates a list.
   *
   * @param title which object the list is about, as a heading of the page
   * @throws IllegalArgumentException when a name occurs twice
   */
  FieldList(String title, List<Fields> rows) {
    this.title = title;
    this.rows = List.copyOf(rows);
    Map<String, Treatment> treatments = new HashMap<>();
    for (Fields row : rows) {
      for (String name : row.names()) {
        if (treatments.put(name, row.treatment()) != null) {
          throw new IllegalArgumentException(title + " lists " + name + " twice");
        }
      }
    }
    byName = Map.copyOf(treatments);
  }

  /** The same list as an architecture treats the fields, by its {@code model_type}. */
  public FieldList of(String modelType) {
    return new FieldList(title, rows.stream().map(row -> row.forModelType(modelType)).toList());
  }

  /** Which object the list is about, as a heading of the page. */
  public String title() {
    return title;
  }

  /** The rows of the list, in the order of the page. */
  public List<Fields> rows() {
    return rows;
  }

  /** Checks all fields of a file, see {@link #check(JsonFile, String)}. */
  public void check(JsonFile file) throws UnusableModelException {
    check(file, "");
  }

  /** Checks those fields of a file that are on the list. */
  public void checkListed(JsonFile file) throws UnusableModelException {
    for (Map.Entry<String, JsonNode> field : file.root().properties()) {
      if (byName.containsKey(field.getKey())) {
        check(file, "", field.getKey(), field.getValue());
      }
    }
  }

  /**
   * Checks all fields of an object.
   *
   * @param object the object
   * @param prefix what stands before the field's name in messages, such as {@code rope_scaling.}
   * @throws UnusableModelException when a field has an unsupported value, or is unknown and could
   *     change the result; the message names the file, the field and the value, and says what to do
   */
  public void check(JsonFile object, String prefix) throws UnusableModelException {
    for (Map.Entry<String, JsonNode> field : object.root().properties()) {
      check(object, prefix, field.getKey(), field.getValue());
    }
  }

  private void check(JsonFile object, String prefix, String name, JsonNode value)
      throws UnusableModelException {
    Treatment treatment = byName.get(name);
    if (treatment == null && !turnsNothingOn(value)) {
      throw new UnusableModelException(
          ("%s: %s%s is %s. Sluice does not know this field, and it may change the result: remove it if"
                  + " the model does not depend on it")
              .formatted(object.path(), prefix, name, shown(value)));
    }
    if (treatment instanceof Treatment.Restricted only && !value.isNull() && !only.accepts(value)) {
      throw new UnusableModelException(
          "%s: %s%s is %s, which is not supported: %s"
              .formatted(object.path(), prefix, name, shown(value), only.remedy()));
    }
  }

  private static boolean turnsNothingOn(JsonNode value) {
    return value.isNull()
        || value.isContainerNode() && value.isEmpty()
        || value.isBoolean() && !value.booleanValue()
        || value.isTextual() && value.textValue().isEmpty();
  }

  private static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() <= MAX_VALUE_LENGTH ? text : text.substring(0, MAX_VALUE_LENGTH) + "...";
  }
}
