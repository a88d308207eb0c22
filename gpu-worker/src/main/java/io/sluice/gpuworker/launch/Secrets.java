package io.sluice.gpuworker.launch;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Removes passwords and keys from text of a user's program before others see it: those that the
 * program inherits from the environment, and what looks like one. It cannot know all.
 */
final class Secrets {
  private static final String REMOVED = "[removed]";

  /** Shorter values of variables are too likely to be words that mean nothing secret. */
  private static final int FEWEST_CHARACTERS = 8;

  private static final String SECRET_NAME =
      "(?:password|passwd|passphrase|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key)";

  private static final Pattern VARIABLE = Pattern.compile(".*" + SECRET_NAME + "s?");

  /** What stands behind a name, as in {@code HF_TOKEN=...} or {@code "api_key": "..."}. */
  private static final Pattern NAMED =
      Pattern.compile("(?i)(" + SECRET_NAME + "[\"']?\\s*[=:]\\s*[\"']?)[^\\s\"',;&]+");

  private static final Pattern AUTHORIZATION =
      Pattern.compile("(?i)\\b(bearer|basic)\\s+[a-z0-9+/=._~-]{8,}");
  private static final Pattern IN_ADDRESS = Pattern.compile("(://[^/\\s:@]*:)[^/\\s@]+@");

  /** Forms of keys that well-known services give out, and JSON web tokens. */
  private static final Pattern KEY =
      Pattern.compile(
          "\\b(?:hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,}"
              + "|glpat-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{16}|xox[abprs]-[A-Za-z0-9-]{10,}"
              + "|eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+)");

  private final List<String> known;

  private Secrets(List<String> known) {
    this.known = known;
  }

  /**
   * The secrets of an environment: the values of variables whose names end like those of secrets.
   */
  static Secrets of(Map<String, String> environment) {
    return new Secrets(
        environment.entrySet().stream()
            .filter(each -> VARIABLE.matcher(each.getKey().toLowerCase(Locale.ROOT)).matches())
            .map(Map.Entry::getValue)
            .filter(value -> value.length() >= FEWEST_CHARACTERS)
            // One value may contain another one.
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList());
  }

  /** The text with {@code [removed]} in place of each secret. */
  String removedFrom(String text) {
    String rest = text;
    for (String secret : known) {
      rest = rest.replace(secret, REMOVED);
    }
    rest = AUTHORIZATION.matcher(rest).replaceAll("$1 " + REMOVED);
    rest = IN_ADDRESS.matcher(rest).replaceAll("$1" + REMOVED + "@");
    rest = KEY.matcher(rest).replaceAll(REMOVED);
    return NAMED.matcher(rest).replaceAll("$1" + REMOVED);
  }
}
