package io.sluice.local.cli.offline;

import io.sluice.streams.selection.Quantiles;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which slices of a ranking to print, and how much of each.
 *
 * @param number into how many slices the ranking is cut, at least 1
 * @param focus the slice that is cut into so many slices again; empty to print the slices of the
 *     ranking
 * @param first how many entries of each slice to print, at least 1
 */
record QuantileOptions(int number, OptionalInt focus, int first) {
  private static final Pattern FOCUS = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

  /**
   * Checks the options as given.
   *
   * @throws IllegalArgumentException when one is missing or they do not fit together
   */
  static QuantileOptions of(
      Optional<Integer> quantiles, Optional<String> focus, Optional<Integer> first) {
    if (quantiles.isEmpty() || first.isEmpty()) {
      throw new IllegalArgumentException(
          "give --quantiles and --first together: the number of slices, and how many candidates of"
              + " each");
    }
    int number = atLeastOne("--quantiles", quantiles.get());
    return new QuantileOptions(
        number,
        focus.isPresent() ? OptionalInt.of(slice(focus.get(), number)) : OptionalInt.empty(),
        atLeastOne("--first", first.get()));
  }

  private static int atLeastOne(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + " " + value + ": give a number of at least 1");
    }
    return value;
  }

  private static int slice(String focus, int number) {
    Matcher parts = FOCUS.matcher(focus);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "--focus " + focus + ": give the number of a slice and of slices, such as 0/4");
    }
    if (Integer.parseInt(parts.group(2)) != number) {
      throw new IllegalArgumentException(
          "--focus "
              + focus
              + " is about "
              + parts.group(2)
              + " slices, but --quantiles is "
              + number
              + ": a slice is cut into as many parts as the ranking");
    }
    int slice = Integer.parseInt(parts.group(1));
    if (slice >= number) {
      throw new IllegalArgumentException(
          "--focus " + focus + ": the slices are 0 to " + (number - 1));
    }
    return slice;
  }

  /** The first entries of each slice as a JSON object. */
  String json(List<Integer> ranking) {
    List<List<Integer>> slices = Quantiles.of(ranking, number);
    if (focus.isPresent()) {
      slices = Quantiles.of(slices.get(focus.getAsInt()), number);
    }
    return slices.stream()
        .map(
            slice ->
                slice.stream()
                    .limit(first)
                    .map(String::valueOf)
                    .collect(Collectors.joining(", ", "[", "]")))
        .collect(Collectors.joining(", ", "{\"quantiles\": [", "]}"));
  }
}
