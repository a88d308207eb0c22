package io.sluice.local.study;

import io.sluice.streams.report.EvaluationSet;
import java.util.List;

/**
 * The losses of a cell, in nats per token.
 *
 * @param queries one loss per query of the task
 * @param heldOut one loss per held-out example of the task; may be empty
 */
public record CellLosses(List<Double> queries, List<Double> heldOut) {
  /** Keeps immutable copies of the lists. */
  public CellLosses {
    queries = List.copyOf(queries);
    heldOut = List.copyOf(heldOut);
  }

  /** The losses on a set of examples. */
  List<Double> on(EvaluationSet set) {
    return set == EvaluationSet.QUERIES ? queries : heldOut;
  }
}
