package io.sluice.gpuworker.service;

import io.sluice.schemas.topic.Topics;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** Ranges of settings, with messages that say what to give instead. */
public final class SettingChecks {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final int MAX_PORT = 65_535;

  private SettingChecks() {}

  /** A list of some, all different, none blank. */
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

  /** A list, all different, none blank. */
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

  /** A name that may stand in an id. */
  public static Validator name() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value == null || !NAME.matcher(value.toString()).matches()) {
            throw new ConfigException(key, value, "use 1 to 100 of A-Z a-z 0-9 . _ -");
          }
        },
        () -> "1 to 100 of A-Z a-z 0-9 . _ -");
  }

  /** What may stand before the name of a topic. */
  public static Validator topicPrefix() {
    return LambdaValidator.with(
        (key, value) -> {
          try {
            new Topics(String.valueOf(value));
          } catch (IllegalArgumentException e) {
            throw new ConfigException(key + ": " + e.getMessage());
          }
        },
        () -> "0 to 100 of A-Z a-z 0-9 . _ -");
  }

  /** A port, or nothing. */
  public static Validator portOrNone() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value instanceof Integer port && (port < 0 || port > MAX_PORT)) {
            throw new ConfigException(key, value, "use 0 to " + MAX_PORT + ", 0 for a free one");
          }
        },
        () -> "0 to " + MAX_PORT + ", 0 for a free one");
  }

  /** URLs without credentials. The message does not show the value: it may hold a password. */
  public static Validator registryUrl() {
    return LambdaValidator.with(
        (key, value) -> {
          String urls = value == null ? "" : value.toString();
          if (urls.isBlank()) {
            throw new ConfigException(key + ": give the address of a schema registry");
          }
          for (String url : urls.split(",")) {
            if (hasUserInfo(url.trim())) {
              throw new ConfigException(
                  key
                      + ": a user and a password in the URL would show in logs; set"
                      + " basic.auth.credentials.source=USER_INFO and basic.auth.user.info instead");
            }
          }
        },
        () -> "without user and password");
  }

  private static boolean hasUserInfo(String url) {
    try {
      return URI.create(url).getRawUserInfo() != null;
    } catch (IllegalArgumentException e) {
      return url.contains("@");
    }
  }
}
