package io.sluice.gpuworker.model.fields;

import java.util.Arrays;
import java.util.List;

/**
 * Fields that are treated in the same way for the same reason: one row of the page.
 *
 * @param names the names of the fields; at least one
 * @param meaning what the fields mean or why they have no effect, for the page
 */
public record Fields(List<String> names, Treatment treatment, String meaning) {
  /** Takes an unmodifiable copy of the list. */
  public Fields {
    names = List.copyOf(names);
  }

  /** Fields that determine the result; {@code names} are separated by spaces. */
  static Fields honoured(String names, String meaning) {
    return of(names, new Treatment.Honoured(), meaning);
  }

  /** Fields without effect; {@code names} are separated by spaces. */
  static Fields withoutEffect(String names, String meaning) {
    return of(names, new Treatment.WithoutEffect(), meaning);
  }

  /**
   * Fields of which only some values are supported.
   *
   * @param names separated by spaces
   * @param values separated by spaces; may be empty, so that only null is supported
   * @param remedy what to do about any other value
   */
  static Fields restricted(String names, String values, String remedy, String meaning) {
    return of(names, new Treatment.Restricted(words(values), remedy), meaning);
  }

  /**
   * Fields that some architectures have.
   *
   * @param modelTypes the architectures, as in {@code model_type}, separated by spaces
   * @param names separated by spaces
   * @param values what is supported for other architectures, as for {@link #restricted}
   * @param remedy what to do about any other value there
   */
  static Fields honouredFor(
      String modelTypes, String names, String values, String remedy, String meaning) {
    return of(
        names,
        new Treatment.HonouredFor(
            words(modelTypes), new Treatment.Restricted(words(values), remedy)),
        meaning);
  }

  /** The same fields as an architecture treats them. */
  Fields forModelType(String modelType) {
    if (!(treatment instanceof Treatment.HonouredFor some)) {
      return this;
    }
    return new Fields(
        names,
        some.modelTypes().contains(modelType) ? new Treatment.Honoured() : some.elsewhere(),
        meaning);
  }

  private static Fields of(String names, Treatment treatment, String meaning) {
    return new Fields(words(names), treatment, meaning);
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(" ")).filter(word -> !word.isEmpty()).toList();
  }
}
