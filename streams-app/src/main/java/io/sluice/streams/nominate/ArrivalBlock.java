package io.sluice.streams.nominate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Candidates that wait to be scored together. Scoring them in one pass reads the query matrix of a
 * task, which does not fit in the nearer caches of a processor, once per block instead of once per
 * candidate. The block contains a candidate at most once. Not thread-safe.
 */
final class ArrivalBlock {
  /** Number of candidates in a full block; larger blocks are not scored faster. */
  private static final int SIZE = 16;

  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  /** A candidate and the tasks that it has to be scored for. */
  private record Waiting(Arrival arrival, List<ShardTask> tasks) {}

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  boolean isFull() {
    return waiting.size() >= SIZE;
  }

  /** Whether the block contains a representation of the candidate, with any representation id. */
  boolean contains(String candidateId) {
    return waiting.containsKey(candidateId);
  }

  void add(Arrival arrival, List<ShardTask> tasks) {
    waiting.put(arrival.candidateId(), new Waiting(arrival, List.copyOf(tasks)));
  }

  void clear() {
    waiting.clear();
  }

  /** The tasks for which at least one candidate waits, in the order in which they were added. */
  Set<ShardTask> tasks() {
    Set<ShardTask> all = new LinkedHashSet<>();
    waiting.values().forEach(each -> all.addAll(each.tasks()));
    return all;
  }

  /** The lowest offset of the waiting candidates; there must be one. */
  long firstOffset() {
    return waiting.values().stream().mapToLong(each -> each.arrival().offset()).min().orElseThrow();
  }

  /** The candidates that wait to be scored for a task, in the order of their arrival. */
  List<Arrival> arrivals(ShardTask task) {
    List<Arrival> arrivals = new ArrayList<>();
    for (Waiting each : waiting.values()) {
      if (each.tasks().contains(task)) {
        arrivals.add(each.arrival());
      }
    }
    return arrivals;
  }
}
