package io.sluice.local.study;

import java.util.List;
import java.util.Map;

/**
 * The subsets of all cells of a study that are trained.
 *
 * @param subsets positions in the pool by cell, in selection order
 * @param distances by representation and task: for each candidate of the pool, 1 - the score for
 *     the query to which it is most similar, 0 to 2
 */
public record StudySubsets(
    Map<StudyCell, List<Integer>> subsets, Map<String, Map<String, double[]>> distances) {
  /** Keeps immutable copies of the maps. */
  public StudySubsets {
    subsets = Map.copyOf(subsets);
    distances = Map.copyOf(distances);
  }

  /** The candidates that a cell is trained on; none for no fine-tuning. */
  public List<Integer> of(StudyCell cell) {
    return subsets.getOrDefault(cell, List.of());
  }

  /**
   * The distance of a cell's subset to the queries of its task: the mean over its candidates of 1 -
   * the score for the query to which each is most similar.
   *
   * @param representation in which it is measured
   * @param cell one that is trained
   */
  double distance(String representation, StudyCell cell) {
    double[] ofCandidates = distances.get(representation).get(cell.task());
    return of(cell).stream()
        .mapToDouble(candidate -> ofCandidates[candidate])
        .average()
        .orElseThrow();
  }
}
