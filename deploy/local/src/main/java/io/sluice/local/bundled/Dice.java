package io.sluice.local.bundled;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Seeded random choices. Equal seeds give equal choices on every machine, because the algorithm of
 * {@link Random} is part of its specification. Used by one thread.
 */
final class Dice {
  private final Random random;

  Dice(long seed) {
    random = new Random(seed);
  }

  /** Returns a whole number from low to high, both inclusive. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  /** Returns one of the choices. */
  @SafeVarargs
  final <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Returns one of the choices. */
  <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Returns elements at different positions of a list, in random order. */
  <T> List<T> sample(List<T> choices, int count) {
    return shuffled(choices).subList(0, count);
  }

  /** Returns a shuffled copy of a list. */
  <T> List<T> shuffled(List<T> list) {
    List<T> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }

  /** Returns a normally distributed number of mean 0 and the given standard deviation. */
  float normal(double deviation) {
    return (float) (deviation * random.nextGaussian());
  }
}
