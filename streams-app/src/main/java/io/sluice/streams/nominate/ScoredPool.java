package io.sluice.streams.nominate;

import io.sluice.schemas.TargetTask;
import java.util.List;

/**
 * The pool of a task with the similarities of all candidates to all queries.
 *
 * @param task the task, in the revision that the pool was scored for
 * @param rows shape [queries][members]; not copied
 * @param members the candidates in the pool, in the order in which equal ones are selected
 * @param dimension the number of values per vector
 * @param weights the weight of each checkpoint in the similarity
 */
public record ScoredPool(
    TargetTask task, float[][] rows, List<Member> members, int dimension, float[] weights) {
  /** Keeps an immutable copy of the list. */
  public ScoredPool {
    members = List.copyOf(members);
  }

  /**
   * A candidate in the pool.
   *
   * @param id id of the candidate
   * @param partition partition of the representations topic with its latest record
   * @param offset offset of that record
   * @param content the hash by which the task's contents count once; empty if candidates do
   */
  public record Member(String id, int partition, long offset, String content) {}
}
