package io.sluice.streams.audit;

import java.util.List;
import java.util.Optional;

/** What is known of a candidate for a task, before it is compared with those that are selected. */
public sealed interface Evidence {
  /**
   * An eligible candidate, which is in the pool.
   *
   * @param scores its similarity to each query
   * @param content the hash by which the task's contents count once; empty if candidates do
   * @param lowestId the lowest id in the pool with this content, which stands for it; empty when
   *     that is not known, and if candidates count
   * @param neighbourOf the number of queries that have it among their K nearest; 0 unless the
   *     algorithm is KNN-uniform
   * @param leaksWith ids of the queries and held-out examples that it shares text with, if the task
   *     has such candidates reported
   */
  record Scored(
      float[] scores,
      String content,
      Optional<String> lowestId,
      int neighbourOf,
      List<String> leaksWith)
      implements Evidence {
    /** Keeps an immutable copy of the list. */
    public Scored {
      leaksWith = List.copyOf(leaksWith);
    }
  }

  /**
   * A candidate that the task's rules leave out.
   *
   * @param reasons the reasons of the rules that it does not meet, as they are counted; the first
   *     one is the one under which it counts
   * @param leaksWith ids of the queries and held-out examples that it shares text with, if a reason
   *     is that
   */
  record LeftOut(List<String> reasons, List<String> leaksWith) implements Evidence {
    /** Keeps immutable copies of the lists. */
    public LeftOut {
      reasons = List.copyOf(reasons);
      leaksWith = List.copyOf(leaksWith);
    }
  }

  /**
   * A candidate of which the task has nothing to compare.
   *
   * @param state what has become of it
   * @param why the same for people, a sentence without its full stop
   */
  record Absent(Explanation.State state, String why) implements Evidence {}
}
