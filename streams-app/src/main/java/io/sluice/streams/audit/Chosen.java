package io.sluice.streams.audit;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Slot;

/**
 * A selected candidate as explanations need it.
 *
 * @param slot what it holds
 * @param tier the smallest budget of the task whose subset includes it
 * @param content what is equal for candidates of the same content; empty unless contents count once
 */
public record Chosen(Slot<String> slot, int tier, String content) {
  /**
   * A published candidate.
   *
   * @param rank its place in selection order, from 0
   */
  static Chosen of(TargetTask task, int rank, SelectedInstruction published) {
    boolean inTurns = Algorithm.parse(task.getAlgorithm()) instanceof Algorithm.RoundRobin;
    int query = inTurns ? rank % task.getQueries().size() : published.getBestQuery();
    return new Chosen(
        new Slot<>(
            rank,
            query,
            published.getCandidateId(),
            published.getScores().get(query),
            published.getNeighbourOf()),
        published.getTier(),
        published.getContent());
  }
}
