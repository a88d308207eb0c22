package io.sluice.schemas.form;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.validation.MetadataRules;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What describes an example, as texts: a text as it is, numbers and truth values as JSON writes
 * them, the fields of an object under dotted names, and a list as JSON. The fields of an object
 * that is itself called {@code metadata} have no prefix.
 *
 * @param entries names and values within the limits of {@link MetadataRules}
 * @param leftOut names of fields beyond these limits, each with the reason
 */
record Metadata(SortedMap<String, String> entries, SortedMap<String, String> leftOut) {
  private static final String METADATA = "metadata";
  private static final int MAX_DEPTH = 8;

  /** Describes an example by the fields of it that nobody has read. */
  static Metadata of(Map<String, JsonNode> fields) {
    Metadata metadata = new Metadata(new TreeMap<>(), new TreeMap<>());
    fields.forEach(
        (name, value) -> {
          if (!name.equals(METADATA)) {
            metadata.add(name, value, 1);
          }
        });
    JsonNode own = fields.containsKey(METADATA) ? Values.unquoted(fields.get(METADATA)) : null;
    if (own != null && own.isObject()) {
      own.properties().forEach(field -> metadata.add(field.getKey(), field.getValue(), 1));
    } else if (own != null) {
      metadata.add(METADATA, own, 1);
    }
    return metadata;
  }

  private void add(String name, JsonNode value, int depth) {
    if (Values.isEmpty(value)) {
      return;
    }
    if (value.isObject() && depth < MAX_DEPTH) {
      value
          .properties()
          .forEach(field -> add(name + "." + field.getKey(), field.getValue(), depth + 1));
      return;
    }
    String text = value.isTextual() ? value.textValue() : value.toString();
    Optional<String> problem =
        MetadataRules.problem(name, text)
            .or(() -> entries.containsKey(name) ? Optional.of("given twice") : Optional.empty())
            .or(
                () ->
                    entries.size() < MetadataRules.MAX_ENTRIES
                        ? Optional.empty()
                        : Optional.of("beyond " + MetadataRules.MAX_ENTRIES + " entries"));
    if (problem.isPresent()) {
      leftOut.putIfAbsent(name, problem.get());
    } else {
      entries.put(name, text);
    }
  }
}
