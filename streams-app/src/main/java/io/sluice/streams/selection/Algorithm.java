package io.sluice.streams.selection;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rule by which a subset is selected, chosen per task.
 *
 * <p>The rules and names of the first three are from Nguyen et al., "A Critical Look at Targeted
 * Instruction Selection".
 */
public sealed interface Algorithm {
  /** The names of the algorithms, for error messages. */
  String NAMES =
      "round-robin, doubly-greedy, knn-uniform, random or random:SEED (SEED 0 to 999999999)";

  /**
   * Parses the name of an algorithm.
   *
   * @param name one of {@link #NAMES}; {@code random} means {@code random:0}
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
      case "knn-uniform" -> new KnnUniform();
      default ->
          throw new IllegalArgumentException("unknown algorithm '" + name + "': use " + NAMES);
    };
  }

  /**
   * Creates an empty selection.
   *
   * @param <K> candidate ids, ordered consistently with equals
   * @param queries M, size of the query set, at least 1
   * @param budget B, the number of candidates to select, at least 1
   * @throws IllegalArgumentException when there is no query or the budget is below 1
   */
  <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, int budget);

  /** The queries take turns; each takes the most similar candidate that is not yet taken. */
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
      return RankedSelection.ofBudget(new Shape(queries, budget), (id, best) -> descending(best));
    }

    /**
     * Maps a higher score to a lower number. The bits of non-negative floats, read as an integer,
     * have the order of the floats, and both zeros give 0.
     */
    private static long descending(float score) {
      long magnitude = Float.floatToIntBits(Math.abs(score));
      return score > 0 ? -magnitude : magnitude;
    }
  }

  /**
   * Candidates by the number of queries that have them among their K nearest, descending, where K
   * follows from the distances by the {@link StoppingRule}.
   *
   * @param most L, the most neighbours of a query that count
   */
  record KnnUniform(int most) implements Algorithm {
    /** The most neighbours in the published method. */
    private static final int PUBLISHED_MOST = 5_000;

    /** The published method. */
    public KnnUniform() {
      this(PUBLISHED_MOST);
    }

    @Override
    public <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, int budget) {
      return new KnnUniformSelection<>(new Shape(queries, budget), most);
    }
  }

  /**
   * Candidates by a hash of their ids, regardless of their scores: a sample of the pool without
   * replacement, which is the baseline of the other algorithms.
   *
   * <p>The hash is the first 8 bytes of {@code SHA-256(SEED + ":" + id)}, with the text in UTF-8
   * and the seed in decimal, read as one unsigned big-endian number; the smallest comes first.
   *
   * @param seed 0 to 999,999,999; each seed gives a different sample
   */
  record Random(int seed) implements Algorithm {
    private static final Pattern FORM = Pattern.compile("random(:(?<seed>0|[1-9][0-9]{0,8}))?");

    /**
     * Creates an empty selection that is bounded by tokens instead of candidates. It holds the
     * longest prefix within the tokens, and the candidate that ends it, if there is one.
     *
     * @param queries M, at least 1
     * @param tokens the most learnt tokens
     */
    public <K extends Comparable<? super K>> Selection<K> emptyWithinTokens(
        int queries, long tokens) {
      IdHash hash = new IdHash(seed);
      return RankedSelection.ofTokens(queries, tokens, (id, best) -> hash.of(id.toString()));
    }

    @Override
    public <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, int budget) {
      IdHash hash = new IdHash(seed);
      return RankedSelection.ofBudget(
          new Shape(queries, budget), (id, best) -> hash.of(id.toString()));
    }
  }
}
