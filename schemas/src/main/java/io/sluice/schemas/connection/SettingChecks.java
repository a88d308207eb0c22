package io.sluice.schemas.connection;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** Ranges of values that several settings have, with messages that say what to give instead. */
public final class SettingChecks {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final int MAX_PORT = 65_535;

  private SettingChecks() {}

  /**
   * A list of at least one item, all different and none blank.
   *
   * @param what one item, with its article, for the messages
   */
  public static Validator atLeastOne(String what) {
    return LambdaValidator.with(
        (key, value) -> {
          if (list(value).isEmpty()) {
            throw new ConfigException(key + ": give " + what + ", or several with commas");
          }
          different(what).ensureValid(key, value);
        },
        () -> "at least one");
  }

  /**
   * A list that may be empty, all items different and none blank.
   *
   * @param what one item, with its article, for the messages
   */
  public static Validator different(String what) {
    return LambdaValidator.with(
        (key, value) -> {
          List<?> list = list(value);
          if (list.stream().anyMatch(item -> item.toString().isBlank())) {
            throw new ConfigException(key + ": give " + what + ", or several with commas");
          }
          if (Set.copyOf(list).size() < list.size()) {
            throw new ConfigException(key + ": " + what + " is given twice");
          }
        },
        () -> "all different");
  }

  private static List<?> list(Object value) {
    return value instanceof List<?> given ? given : List.of();
  }

  /** A name that can be a part of record keys and group names. */
  public static Validator name() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value == null || !NAME.matcher(value.toString()).matches()) {
            throw new ConfigException(key, value, "use 1 to 100 of A-Z a-z 0-9 . _ -");
          }
        },
        () -> "1 to 100 of A-Z a-z 0-9 . _ -");
  }

  /** A date as YYYY-MM-DD; also for a setting without a value. */
  public static Validator date() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value == null || value.toString().isEmpty()) {
            return;
          }
          try {
            LocalDate.parse(value.toString());
          } catch (DateTimeParseException e) {
            throw new ConfigException(key, value, "use a date as YYYY-MM-DD");
          }
        },
        () -> "a date as YYYY-MM-DD");
  }

  /** A port to listen at, where 0 stands for any free one; also for a setting without a value. */
  public static Validator port() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value instanceof Integer port && (port < 0 || port > MAX_PORT)) {
            throw new ConfigException(key, value, "use 0 to " + MAX_PORT + ", 0 for a free one");
          }
        },
        () -> "0 to " + MAX_PORT + ", 0 for a free one");
  }
}
