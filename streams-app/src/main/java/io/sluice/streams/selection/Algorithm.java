package io.sluice.streams.selection;

/** The rule by which a subset is selected, chosen per task. */
public sealed interface Algorithm {
  /**
   * The algorithm of a name.
   *
   * @param name as a task has it: {@code round-robin}
   * @throws IllegalArgumentException when there is no such algorithm
   */
  static Algorithm parse(String name) {
    if (name.equals(RoundRobin.NAME)) {
      return new RoundRobin();
    }
    throw new IllegalArgumentException(
        "unknown algorithm '" + name + "': the algorithms are " + RoundRobin.NAME);
  }

  /**
   * A selection that holds nothing yet.
   *
   * @param <K> candidate ids, ordered consistently with equals
   * @param queries M, size of the query set, at least 1
   * @param tiers the budgets whose subsets are told apart; the largest bounds the selection
   * @throws IllegalArgumentException when there is no query
   */
  <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, Tiers tiers);

  /** Queries take turns, each takes its most similar candidate not yet taken. */
  record RoundRobin() implements Algorithm {
    static final String NAME = "round-robin";

    @Override
    public <K extends Comparable<? super K>> Selection<K> emptySelection(int queries, Tiers tiers) {
      return new RoundRobinSelection<>(queries, tiers);
    }
  }
}
