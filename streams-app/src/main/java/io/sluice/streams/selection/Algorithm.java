package io.sluice.streams.selection;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rule by which a subset is selected, chosen per task.
 *
 * <p>Rules and names of the first two after Nguyen et al., "A Critical Look at Targeted Instruction
 * Selection".
 */
public sealed interface Algorithm {
  /** How algorithms are written, for people. */
  String NAMES = "round-robin, doubly-greedy, random or random:SEED (SEED 0 to 999999999)";

  /**
   * The algorithm of a name.
   *
   * @param name as a task has it, one of {@link #NAMES}; {@code random} means {@code random:0}
   * @throws IllegalArgumentException when there is no such algorithm
   */
  static Algorithm parse(String name) {
    Matcher random = Random.FORM.matcher(name);
    if (random.matches()) {
      return new Random(random.group("seed") == null ? 0 : Integer.parseInt(random.group("seed")));
    }
    return switch (name) {
      case "round-robin" -> new RoundRobin();
      case "doubly-greedy" -> new DoublyGreedy();
      default ->
          throw new IllegalArgumentException("unknown algorithm '" + name + "': use " + NAMES);
    };
  }

  /**
   * A selection that holds nothing yet.
   *
   * @param <K> candidate ids, ordered consistently with equals
   * @param queries M, size of the query set, at least 1
   * @param budget B, the number of candidates to select, at least 1
   * @throws IllegalArgumentException when there is no query or the budget is below 1
   */
  <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, int budget);

  /** Queries take turns, each takes its most similar candidate not yet taken. */
  record RoundRobin() implements Algorithm {
    @Override
    public <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, int budget) {
      return new RoundRobinSelection<>(new Shape(queries, budget));
    }
  }

  /** Candidates by their highest score over all queries, descending. */
  record DoublyGreedy() implements Algorithm {
    @Override
    public <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, int budget) {
      return new RankedSelection<>(new Shape(queries, budget), (id, best) -> descending(best));
    }

    /** Bits of floats of one sign are ordered as the floats' magnitudes are; zeros are equal. */
    private static long descending(float score) {
      long magnitude = Float.floatToIntBits(Math.abs(score));
      return score > 0 ? -magnitude : magnitude;
    }
  }

  /**
   * Candidates by a hash of their ids, whatever their scores: a sample of the pool without
   * replacement, and the yardstick of the others.
   *
   * <p>The hash is the first 8 bytes of {@code SHA-256(SEED + ":" + id)}, text in UTF-8 and the
   * seed in decimal, read as one unsigned big-endian number; the smallest goes first.
   *
   * @param seed 0 to 999,999,999; another seed is another sample
   */
  record Random(int seed) implements Algorithm {
    private static final Pattern FORM = Pattern.compile("random(:(?<seed>0|[1-9][0-9]{0,8}))?");

    @Override
    public <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, int budget) {
      IdHash hash = new IdHash(seed);
      return new RankedSelection<>(
          new Shape(queries, budget), (id, best) -> hash.of(id.toString()));
    }
  }
}
