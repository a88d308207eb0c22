package io.sluice.schemas.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The limits of metadata, which keep the records that carry it along small. */
public final class MetadataRules {
  /** How many entries an example may have. */
  public static final int MAX_ENTRIES = 100;

  /** The longest name, in characters. */
  public static final int MAX_NAME = 256;

  /** The longest value, in characters. */
  public static final int MAX_VALUE = 1024;

  private MetadataRules() {}

  /**
   * Says why a name and a value cannot be an entry, in words that follow the name of the entry.
   *
   * @return the reason; empty when they can
   */
  public static Optional<String> problem(String name, String value) {
    if (name.isEmpty() || name.length() > MAX_NAME) {
      return Optional.of("its name has " + name.length() + " characters: use 1 to " + MAX_NAME);
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      return Optional.of("its name has control characters");
    }
    if (!MessageRules.isUnicode(name)) {
      return Optional.of("its name contains half a surrogate pair, which is not a character");
    }
    if (value.length() > MAX_VALUE) {
      return Optional.of("longer than " + MAX_VALUE + " characters");
    }
    return MessageRules.isUnicode(value)
        ? Optional.empty()
        : Optional.of("contains half a surrogate pair, which is not a character");
  }

  /** Whether a text can be the name of an entry: 1 to 256 characters, no control characters. */
  public static boolean isName(String name) {
    return problem(name, "").isEmpty();
  }

  /** Whether a text can be the value of an entry: at most 1024 characters. */
  public static boolean isValue(String value) {
    return problem("any", value).isEmpty();
  }

  /** Checks metadata: at most 100 entries with usable names and values. */
  static List<String> problems(Map<String, String> metadata) {
    List<String> problems = new ArrayList<>();
    if (metadata.size() > MAX_ENTRIES) {
      problems.add("metadata has " + metadata.size() + " entries: use at most " + MAX_ENTRIES);
    }
    metadata.forEach(
        (name, value) -> {
          if (!isName(name)) {
            problems.add(
                "metadata has the name '"
                    + ForeignText.name(name)
                    + "': use 1 to "
                    + MAX_NAME
                    + " characters, no control characters");
          }
          if (!isValue(value)) {
            problems.add(
                "metadata '"
                    + ForeignText.name(name)
                    + "' has a value that is longer than "
                    + MAX_VALUE
                    + " characters or is not Unicode");
          }
        });
    return problems;
  }
}
