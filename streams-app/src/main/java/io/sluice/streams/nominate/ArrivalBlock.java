package io.sluice.streams.nominate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Arrivals that wait to be scored together: several candidates share each look at a task's queries,
 * which do not fit in a processor's nearer caches. A candidate is in it once. Not thread-safe.
 */
final class ArrivalBlock {
  /** Number of candidates; larger blocks are not scored faster. */
  private static final int SIZE = 16;

  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  /** A candidate and the tasks that it is to be scored for. */
  private record Waiting(Arrival arrival, List<ShardTask> tasks) {}

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  boolean isFull() {
    return waiting.size() >= SIZE;
  }

  /**
   * Whether a representation of the candidate is in the block, under whatever representation id.
   */
  boolean contains(String candidateId) {
    return waiting.containsKey(candidateId);
  }

  void add(Arrival arrival, List<ShardTask> tasks) {
    waiting.put(arrival.candidateId(), new Waiting(arrival, List.copyOf(tasks)));
  }

  void clear() {
    waiting.clear();
  }

  /** The tasks for which any candidate waits. */
  Set<ShardTask> tasks() {
    Set<ShardTask> all = new LinkedHashSet<>();
    waiting.values().forEach(each -> all.addAll(each.tasks()));
    return all;
  }

  /** The candidates that wait to be scored for a task, in the order in which they came. */
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
