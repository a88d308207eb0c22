package io.sluice.local.crash;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Deals all of some values in random order, then all again in another order.
 *
 * @param <T> the values
 */
public final class Deck<T> {
  private final Collection<T> values;
  private final Random random;
  private final List<T> rest = new ArrayList<>();

  /** A deck of values that are dealt in an order that {@code random} decides. */
  public Deck(Collection<T> values, Random random) {
    this.values = values;
    this.random = random;
  }

  /** Takes the next value. */
  public T next() {
    if (rest.isEmpty()) {
      rest.addAll(values);
      Collections.shuffle(rest, random);
    }
    return rest.remove(0);
  }
}
