package io.sluice.local.bundled;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Seeded choices: equal seeds make equal choices on every machine, since the algorithm of {@link
 * Random} is part of its specification.
 */
final class Dice {
  private final Random random;

  Dice(long seed) {
    random = new Random(seed);
  }

  /** A whole number from low to high, both included. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  /** One of several. */
  @SafeVarargs
  final <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** One of several. */
  <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Several different ones of a list, in random order. */
  <T> List<T> sample(List<T> choices, int count) {
    return shuffled(choices).subList(0, count);
  }

  /** All of a list in random order. */
  <T> List<T> shuffled(List<T> list) {
    List<T> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }

  /** A normal number of mean 0 and the given deviation. */
  float normal(double deviation) {
    return (float) (deviation * random.nextGaussian());
  }
}
