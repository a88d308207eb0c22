package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Condition;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Leaks;
import io.sluice.schemas.Rules;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads those fields of a task file that say which candidates are eligible: {@code "where"?:
 * {FIELD: {"equals"?, "in"?, "not_in"?, "min"?, "max"?, "missing"?}}, "min_tokens"?, "max_tokens"?,
 * "duplicates"?: "one" or "all", "leaks"?: "report", "exclude" or "ignore", "leak_words"?}, where
 * FIELD is {@code source} or {@code metadata.NAME}; and {@code "budget_tokens"?}, a list.
 */
final class TaskPoolRules {
  /** The names of these fields in a task file. */
  static final Set<String> FIELDS =
      Set.of(
          "where",
          "min_tokens",
          "max_tokens",
          "duplicates",
          "leaks",
          "leak_words",
          "budget_tokens");

  private static final String BUDGET_TOKENS = "budget_tokens";

  private static final Set<String> OPERATORS =
      Set.of("equals", "in", "not_in", "min", "max", "missing");

  private TaskPoolRules() {}

  /**
   * Reads the rules from the JSON object of a task file. What goes beyond the form of the fields is
   * checked later, by {@link io.sluice.schemas.validation.EligibilityRules}.
   *
   * @throws IllegalArgumentException when a field has another form; the message names the field
   */
  static Rules of(JsonNode object) {
    Rules.Builder rules = Rules.newBuilder();
    JsonReading.field(object, "where").map(TaskPoolRules::conditions).ifPresent(rules::setWhere);
    limit(object, "min_tokens").ifPresent(rules::setMinTokens);
    limit(object, "max_tokens").ifPresent(rules::setMaxTokens);
    JsonReading.text(object, "duplicates")
        .map(TaskPoolRules::duplicates)
        .ifPresent(rules::setDuplicates);
    JsonReading.text(object, "leaks").map(TaskPoolRules::leaks).ifPresent(rules::setLeaks);
    JsonReading.wholeNumber(object, "leak_words").ifPresent(rules::setLeakWords);
    return rules.build();
  }

  private static Leaks leaks(String name) {
    return switch (name) {
      case "report" -> Leaks.REPORT;
      case "exclude" -> Leaks.EXCLUDE;
      case "ignore" -> Leaks.IGNORE;
      default ->
          throw new IllegalArgumentException(
              "leaks: '"
                  + ForeignText.name(name)
                  + "' is unknown: use \"report\", \"exclude\" or \"ignore\"");
    };
  }

  private static Duplicates duplicates(String name) {
    return switch (name) {
      case "one" -> Duplicates.ONE;
      case "all" -> Duplicates.ALL;
      default ->
          throw new IllegalArgumentException(
              "duplicates: '" + ForeignText.name(name) + "' is unknown: use \"one\" or \"all\"");
    };
  }

  /** Reads the budgets in tokens; empty when the field is absent. */
  static List<Long> budgetTokens(JsonNode object) {
    List<Long> budgets = new ArrayList<>();
    JsonReading.list(object, BUDGET_TOKENS)
        .ifPresent(
            list -> {
              if (list.isEmpty()) {
                throw new IllegalArgumentException(
                    BUDGET_TOKENS + " is empty: give one number for each budget");
              }
              for (JsonNode number : list) {
                if (!number.isIntegralNumber() || !number.canConvertToLong()) {
                  throw new IllegalArgumentException(
                      BUDGET_TOKENS + ": " + number + " is not a whole number");
                }
                budgets.add(number.longValue());
              }
            });
    return budgets;
  }

  /** Reads a number of tokens. In the record, 0 stands for no limit, so nobody may give it. */
  private static Optional<Integer> limit(JsonNode object, String name) {
    return JsonReading.wholeNumber(object, name)
        .map(
            limit -> {
              if (limit < 1) {
                throw new IllegalArgumentException(
                    name + " is " + limit + ": use 1 or more, or leave it out for no limit");
              }
              return limit;
            });
  }

  private static List<Condition> conditions(JsonNode where) {
    if (!where.isObject()) {
      throw new IllegalArgumentException(
          "where is not an object: use {\"source\": {\"in\": [...]}, \"metadata.NAME\": {...}}");
    }
    List<Condition> conditions = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : where.properties()) {
      conditions.add(condition(field.getKey(), field.getValue()));
    }
    return conditions;
  }

  private static Condition condition(String field, JsonNode object) {
    String what = "where: '" + ForeignText.name(field) + "'";
    if (!object.isObject() || object.isEmpty()) {
      throw new IllegalArgumentException(
          what
              + " is not an object with one of equals, in, not_in, min, max and missing: use {\"equals\": ...}");
    }
    JsonReading.requireOnly(object, OPERATORS, what);
    try {
      return condition(object).setField(field).build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
    }
  }

  private static Condition.Builder condition(JsonNode object) {
    Condition.Builder condition = Condition.newBuilder();
    for (Map.Entry<String, JsonNode> each : object.properties()) {
      String name = each.getKey();
      JsonNode value = each.getValue();
      switch (name) {
        case "equals" -> condition.setIn(List.of(text(name, value)));
        case "in" -> condition.setIn(texts(name, value));
        case "not_in" -> condition.setNotIn(texts(name, value));
        case "min" -> condition.setLeast(List.of(number(name, value)));
        case "max" -> condition.setMost(List.of(number(name, value)));
        case "missing" -> condition.setMissing(bool(name, value));
        default -> throw new IllegalStateException("operator " + name);
      }
    }
    if (object.has("equals") && object.has("in")) {
      throw new IllegalArgumentException("equals and in contradict each other: use one of them");
    }
    return condition;
  }

  private static List<String> texts(String name, JsonNode list) {
    if (!list.isArray() || list.isEmpty()) {
      throw new IllegalArgumentException(name + " is not a list with at least one value");
    }
    List<String> texts = new ArrayList<>(list.size());
    list.forEach(value -> texts.add(text(name, value)));
    return texts;
  }

  /** A value as metadata holds it: numbers and truth values as JSON writes them. */
  private static String text(String name, JsonNode value) {
    if (value.isTextual()) {
      return value.textValue();
    }
    if (value.isNumber() || value.isBoolean()) {
      return value.toString();
    }
    throw new IllegalArgumentException(
        name + ": " + ForeignText.name(value.toString()) + " is no text, number or truth value");
  }

  private static double number(String name, JsonNode value) {
    if (!value.isNumber()) {
      throw new IllegalArgumentException(name + " is not a number");
    }
    return value.doubleValue();
  }

  private static boolean bool(String name, JsonNode value) {
    if (!value.isBoolean()) {
      throw new IllegalArgumentException(name + " is neither true nor false");
    }
    return value.booleanValue();
  }
}
