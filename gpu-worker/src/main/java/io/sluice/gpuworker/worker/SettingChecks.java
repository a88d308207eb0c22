package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.representation.CountSketch;
import io.sluice.schemas.topic.Topics;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** The ranges of {@link WorkerConfig}'s settings, with messages that say what to give instead. */
final class SettingChecks {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final int MAX_PORT = 65_535;

  private SettingChecks() {}

  /** A list of some, all different, none blank. */
  static Validator atLeastOne(String what) {
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
  static Validator different(String what) {
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

  static Validator name() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value == null || !NAME.matcher(value.toString()).matches()) {
            throw new ConfigException(key, value, "use 1 to 100 of A-Z a-z 0-9 . _ -");
          }
        },
        () -> "1 to 100 of A-Z a-z 0-9 . _ -");
  }

  static Validator topicPrefix() {
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

  static Validator projection() {
    return LambdaValidator.with(
        (key, value) -> {
          if ("none".equals(value)) {
            throw new ConfigException(
                key
                    + " none is not for streams, where a gradient of full length is too large for"
                    + " a record: use sketch, with a larger dimension for more precision");
          }
          if (!"sketch".equals(value)) {
            throw new ConfigException(key, value, "use sketch");
          }
        },
        () -> "sketch");
  }

  static Validator dimension() {
    return LambdaValidator.with(
        (key, value) -> {
          int dimension = value instanceof Integer given ? given : 0;
          if (dimension < 8 || dimension > CountSketch.MAX_DIMENSION || dimension % 8 != 0) {
            throw new ConfigException(
                key, value, "use a multiple of 8 from 8 to " + CountSketch.MAX_DIMENSION);
          }
        },
        () -> "8 to " + CountSketch.MAX_DIMENSION + ", a multiple of 8");
  }

  /** A port, or nothing. */
  static Validator portOrNone() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value instanceof Integer port && (port < 0 || port > MAX_PORT)) {
            throw new ConfigException(key, value, "use 0 to " + MAX_PORT + ", 0 for a free one");
          }
        },
        () -> "0 to " + MAX_PORT + ", 0 for a free one");
  }

  /** URLs without credentials. The message does not show the value: it may hold a password. */
  static Validator registryUrl() {
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
