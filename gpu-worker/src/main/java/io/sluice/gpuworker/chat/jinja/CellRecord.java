package io.sluice.gpuworker.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a recorded loop found out about a value that was there before it began, and what it wrote in
 * its place. Comparisons of numbers are kept as what they say about the number, so that another
 * number of which the same is true leads to the same output.
 */
final class CellRecord {
  /**
   * The bounds that hold from an iteration on.
   *
   * @param iteration the iteration that found them out
   */
  private record Bounds(int iteration, long low, long high) {
    boolean contain(long number) {
      return low <= number && number <= high;
    }
  }

  /** A value that was written in an iteration. */
  private record Written(int iteration, Value value) {}

  private final Optional<Value> before;
  private final List<Bounds> bounds = new ArrayList<>();
  private final Map<Long, Integer> unequal = new HashMap<>();
  private final List<Written> written = new ArrayList<>();
  private int firstRead = Integer.MAX_VALUE;
  private int firstCompared = Integer.MAX_VALUE;

  /**
   * Creates an empty record.
   *
   * @param before the value before the loop; empty if there was none
   */
  CellRecord(Optional<Value> before) {
    this.before = before;
  }

  /** The number before the loop, as long as nothing was written in its place. */
  Optional<Value.Int> number() {
    return written.isEmpty() && before.isPresent() && before.get() instanceof Value.Int number
        ? Optional.of(number)
        : Optional.empty();
  }

  /** Notes that an iteration read the value. */
  void read(int iteration) {
    if (written.isEmpty()) {
      firstRead = Math.min(firstRead, iteration);
    }
  }

  /** Notes that an iteration wrote a value. */
  void write(int iteration, Value value) {
    written.add(new Written(iteration, value));
  }

  /**
   * Notes that an iteration compared the number, as the left operand, with another one.
   *
   * @param holds the outcome
   */
  void compared(int iteration, String operator, Value other, boolean holds) {
    OptionalLong number = small(Optional.of(other));
    if (number.isEmpty()) {
      read(iteration);
      return;
    }
    firstCompared = Math.min(firstCompared, iteration);
    long limit = number.getAsLong();
    switch (operator) {
      case "<" -> bound(iteration, !holds, holds ? limit - 1 : limit);
      case "<=" -> bound(iteration, !holds, holds ? limit : limit + 1);
      case ">" -> bound(iteration, holds, holds ? limit + 1 : limit);
      case ">=" -> bound(iteration, holds, holds ? limit : limit - 1);
      case "==" -> equal(iteration, limit, holds);
      case "!=" -> equal(iteration, limit, !holds);
      default -> read(iteration);
    }
  }

  private void equal(int iteration, long other, boolean equal) {
    if (equal) {
      read(iteration);
    } else {
      unequal.putIfAbsent(other, iteration);
    }
  }

  private void bound(int iteration, boolean below, long limit) {
    Bounds last =
        bounds.isEmpty()
            ? new Bounds(0, Long.MIN_VALUE, Long.MAX_VALUE)
            : bounds.get(bounds.size() - 1);
    long low = below ? Math.max(last.low(), limit) : last.low();
    long high = below ? last.high() : Math.min(last.high(), limit);
    if (low != last.low() || high != last.high()) {
      bounds.add(new Bounds(iteration, low, high));
    }
  }

  /** A number far from the limits of its type, so that its neighbours are numbers as well. */
  private static OptionalLong small(Optional<Value> value) {
    return value.isPresent()
            && value.get() instanceof Value.Int number
            && number.value().abs().compareTo(BigInteger.valueOf(Integer.MAX_VALUE)) < 0
        ? OptionalLong.of(number.value().longValue())
        : OptionalLong.empty();
  }

  /**
   * The number of iterations, at most, that another value before the loop would not have changed.
   *
   * @param now the other value
   * @param alike whether it is the same in every respect
   */
  int reach(Optional<Value> now, boolean alike) {
    if (alike) {
      return Integer.MAX_VALUE;
    }
    OptionalLong number = small(now);
    if (number.isEmpty()) {
      return Math.min(firstRead, firstCompared);
    }
    int reach = Math.min(firstRead, unequal.getOrDefault(number.getAsLong(), Integer.MAX_VALUE));
    return Math.min(reach, firstOutside(number.getAsLong()));
  }

  /** Bounds only become narrower, so that the first that a number violates can be bisected. */
  private int firstOutside(long number) {
    int low = 0;
    int high = bounds.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bounds.get(middle).contain(number)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < bounds.size() ? bounds.get(low).iteration() : Integer.MAX_VALUE;
  }

  /** The value that the first iterations have left; empty if they wrote none. */
  Optional<Value> left(int iterations) {
    int low = 0;
    int high = written.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (written.get(middle).iteration() < iterations) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? Optional.empty() : Optional.of(written.get(low - 1).value());
  }

  Optional<Value> before() {
    return before;
  }
}
