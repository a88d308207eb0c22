package io.sluice.gpuworker.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What Sluice does with a field. A field that is null counts as absent in every case. */
public sealed interface Treatment {
  /** The field's value determines the result. Its reader checks the value. */
  record Honoured() implements Treatment {}

  /** The field changes nothing in what Sluice computes, whatever its value is. */
  record WithoutEffect() implements Treatment {}

  /**
   * The field's value determines the result of some architectures. For the others, it is
   * restricted.
   *
   * @param modelTypes the architectures, as in {@code model_type}
   */
  record HonouredFor(List<String> modelTypes, Restricted elsewhere) implements Treatment {
    /** Takes an unmodifiable copy of the list. */
    public HonouredFor {
      modelTypes = List.copyOf(modelTypes);
    }
  }

  /**
   * The field would change the result, and only some values are supported.
   *
   * @param values the supported values as JSON, strings without quotation marks
   * @param remedy what to do about any other value, for the message
   */
  record Restricted(List<String> values, String remedy) implements Treatment {
    /** Takes an unmodifiable copy of the list. */
    public Restricted {
      values = List.copyOf(values);
    }

    boolean accepts(JsonNode value) {
      return values.stream().anyMatch(supported -> same(value, supported));
    }

    private static boolean same(JsonNode value, String supported) {
      if (value.isNumber()) {
        return isNumber(supported) && value.doubleValue() == Double.parseDouble(supported);
      }
      return value.isTextual()
          ? isText(supported) && value.textValue().equals(supported)
          : value.toString().equals(supported);
    }

    private static boolean isNumber(String supported) {
      return Character.isDigit(supported.charAt(0));
    }

    private static boolean isText(String supported) {
      return !isNumber(supported) && !List.of("true", "false", "[]", "{}").contains(supported);
    }
  }
}
