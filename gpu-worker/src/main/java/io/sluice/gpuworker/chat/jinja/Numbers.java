package io.sluice.gpuworker.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalInt;

/** Numbers as in Python, where a truth value is a number too. */
final class Numbers {
  /** The digits that identify any double. */
  private static final int MOST_DIGITS = 17;

  private Numbers() {}

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
  }

  /** The value as an integer; empty if it is none. */
  static Optional<BigInteger> integer(Value value) {
    if (value instanceof Value.Int number) {
      return Optional.of(number.value());
    }
    return value instanceof Value.Bool bool
        ? Optional.of(bool.value() ? BigInteger.ONE : BigInteger.ZERO)
        : Optional.empty();
  }

  /**
   * The value of an integer argument, limited to the range of {@code int}: positions and counts
   * beyond it have the same effect as its ends.
   *
   * @param use for the message
   */
  static int index(Value value, String use) {
    BigInteger number =
        integer(value)
            .orElseThrow(
                () ->
                    value instanceof Value.Undefined undefined
                        ? undefined.failure()
                        : RenderException.failed(use + " must be an integer, not " + value.type()));
    return number
        .max(BigInteger.valueOf(-Integer.MAX_VALUE))
        .min(BigInteger.valueOf(Integer.MAX_VALUE))
        .intValue();
  }

  /** The value of a number as a double. */
  static double real(Value number) {
    return number instanceof Value.Real real
        ? real.value()
        : integer(number).orElseThrow().doubleValue();
  }

  /** A double as {@code repr} writes it: the shortest digits that give the same number. */
  static String text(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value > 0 ? "0.0" : "-0.0";
    }
    BigDecimal shortest = shortest(Math.abs(value));
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    digits = withoutTrailingZeros(digits);
    String sign = value < 0 ? "-" : "";
    if (exponent >= -4 && exponent < 16) {
      return sign + positional(digits, exponent);
    }
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "");
    return sign + digits.charAt(0) + fraction + "e" + power + Math.abs(exponent);
  }

  private static String positional(String digits, int exponent) {
    if (exponent < 0) {
      return "0." + "0".repeat(-exponent - 1) + digits;
    }
    int whole = exponent + 1;
    return digits.length() <= whole
        ? digits + "0".repeat(whole - digits.length()) + ".0"
        : digits.substring(0, whole) + "." + digits.substring(whole);
  }

  private static String withoutTrailingZeros(String digits) {
    int end = digits.length();
    while (end > 1 && digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, end);
  }

  /** Java 17's own conversion is not always the shortest. */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int precision = 1; precision < MOST_DIGITS; precision++) {
      BigDecimal down = exact.round(new MathContext(precision, RoundingMode.DOWN));
      BigDecimal up = exact.round(new MathContext(precision, RoundingMode.UP));
      boolean downFits = down.doubleValue() == value;
      boolean upFits = up.doubleValue() == value;
      if (downFits && upFits) {
        return exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
      }
      if (downFits || upFits) {
        return downFits ? down : up;
      }
    }
    return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN));
  }

  /** The number in a text as {@code float()} reads it; empty if it is none. */
  static Optional<Double> parseReal(String text) {
    String trimmed = Whitespace.stripEnd(Whitespace.stripStart(text));
    String number = trimmed.replaceAll("(?<=[0-9])_(?=[0-9])", "");
    if (number.matches("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?")) {
      return Optional.of(Double.parseDouble(number));
    }
    String word = number.toLowerCase(java.util.Locale.ROOT).replaceFirst("^[+-]", "");
    double sign = number.startsWith("-") ? -1 : 1;
    return switch (word) {
      case "inf", "infinity" -> Optional.of(sign * Double.POSITIVE_INFINITY);
      case "nan" -> Optional.of(Double.NaN);
      default -> Optional.empty();
    };
  }

  /** The number in a text as {@code int()} reads it, in base 10; empty if it is none. */
  static Optional<BigInteger> parseInteger(String text) {
    String trimmed = Whitespace.stripEnd(Whitespace.stripStart(text));
    return trimmed.length() <= 4300 && trimmed.matches("[+-]?[0-9]++(?:_[0-9]++)*+")
        ? Optional.of(new BigInteger(trimmed.replace("_", "").replaceFirst("^\\+", "")))
        : Optional.empty();
  }

  /** A position in a sequence, where negative ones count from the end; empty if outside. */
  static OptionalInt position(int index, int size) {
    int position = index < 0 ? size + index : index;
    return position >= 0 && position < size ? OptionalInt.of(position) : OptionalInt.empty();
  }
}
