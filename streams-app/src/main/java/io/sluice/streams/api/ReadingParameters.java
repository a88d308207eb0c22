package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.schemas.form.Form;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.validation.ForeignText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of a request that say how the examples in its body are read: {@code format=FORM},
 * {@code take=chosen}, and {@code field=NAME=COLUMN} any number of times.
 */
final class ReadingParameters {
  private static final Set<String> KNOWN = Set.of("format", "take", "field");

  private ReadingParameters() {}

  /**
   * Reads the parameters.
   *
   * @throws ApiException when there are others, or one has a value that does not exist
   */
  static FormOptions of(Context request) {
    for (String name : request.queryParamMap().keySet()) {
      if (!KNOWN.contains(name)) {
        throw ApiException.badRequest(
            "unknown parameter '" + ForeignText.name(name) + "': use format, take or field");
      }
    }
    Optional<String> take = single(request, "take");
    if (take.isPresent() && !take.get().equals("chosen")) {
      throw ApiException.badRequest(
          "take=" + ForeignText.name(take.get()) + ": there is only take=chosen");
    }
    Optional<String> format = single(request, "format");
    Optional<Form> form = format.flatMap(Form::of);
    if (format.isPresent() && form.isEmpty()) {
      throw ApiException.badRequest(
          "format=" + ForeignText.name(format.get()) + ": use one of " + Form.labels());
    }
    try {
      return new FormOptions(form, columns(request), take.isPresent());
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest("field: " + e.getMessage());
    }
  }

  private static Map<String, String> columns(Context request) {
    Map<String, String> columns = new HashMap<>();
    for (String field : request.queryParams("field")) {
      String[] parts = field.split("=", 2);
      if (parts.length != 2 || parts[1].isEmpty()) {
        throw ApiException.badRequest(
            "field=" + ForeignText.name(field) + ": use field=NAME=COLUMN");
      }
      if (columns.put(parts[0], parts[1]) != null) {
        throw ApiException.badRequest(
            "field '" + ForeignText.name(parts[0]) + "' is given twice: give it once");
      }
    }
    return columns;
  }

  private static Optional<String> single(Context request, String name) {
    List<String> values = request.queryParams(name);
    if (values.size() > 1) {
      throw ApiException.badRequest("the parameter " + name + " is given twice: give it once");
    }
    return values.stream().findFirst();
  }
}
