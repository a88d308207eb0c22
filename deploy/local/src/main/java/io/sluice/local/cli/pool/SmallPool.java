package io.sluice.local.cli.pool;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.selection.Algorithm;
import java.util.Optional;

/** What people should know of a task whose algorithm counts neighbours, while its pool is small. */
final class SmallPool {
  private SmallPool() {}

  /**
   * A remark on a task whose algorithm mostly cannot tell the candidates of the pool apart.
   *
   * @param pool number of candidates
   * @return empty when the pool is large enough, or the algorithm is another one
   */
  static Optional<String> remark(TargetTask task, long pool) {
    return Algorithm.parse(task.getAlgorithm()) instanceof Algorithm.KnnUniform knn
            && pool <= knn.most()
        ? Optional.of(
            "%s: knn-uniform counts up to %,d neighbours of each query, and there are only %,d candidates: most or all are equal, and the order is that of their ids"
                .formatted(task.getTaskId(), knn.most(), pool))
        : Optional.empty();
  }
}
