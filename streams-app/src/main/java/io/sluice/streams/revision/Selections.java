package io.sluice.streams.revision;

import io.sluice.schemas.Arm;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Tiers;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The selections of one revision of a task: its own, and a random one of the same size where its
 * jobs are to be compared with that.
 *
 * <p>Each keeps to its own rule whatever else it is offered. So a shard that nominates what either
 * of its selections admits lets both be exact: for each, the rest are but more candidates of the
 * pool.
 *
 * @param own by the task's algorithm
 * @param control the random control; empty when none is wanted, or the task's own is random
 */
public record Selections(Selection<String> own, Optional<Selection<String>> control) {
  /** The rule of the control: whoever knows the pool can compute it again. */
  private static final Algorithm CONTROL = new Algorithm.Random(0);

  /** Selections that hold nothing yet. */
  public static Selections empty(TargetTask task) {
    Algorithm algorithm = Algorithm.parse(task.getAlgorithm());
    int queries = task.getQueries().size();
    int budget = new Tiers(task.getBudgets()).largest();
    boolean controlled =
        task.getControls().contains(Arm.RANDOM) && !(algorithm instanceof Algorithm.Random);
    return new Selections(
        algorithm.emptySelection(queries, budget),
        controlled ? Optional.of(CONTROL.emptySelection(queries, budget)) : Optional.empty());
  }

  /**
   * Offers a candidate to each selection.
   *
   * @return whether at least one of them admits it
   */
  public boolean offer(String candidateId, float[] scores) {
    boolean admitted = own.offer(candidateId, scores);
    boolean admittedByControl =
        control.map(random -> random.offer(candidateId, scores)).orElse(false);
    return admitted || admittedByControl;
  }

  /** Whether at least one of the selections holds the candidate. */
  public boolean contains(String candidateId) {
    return own.contains(candidateId)
        || control.filter(random -> random.contains(candidateId)).isPresent();
  }

  /** The ids of all candidates that at least one of the selections holds; a new set. */
  public Set<String> ids() {
    Set<String> ids = new HashSet<>();
    own.slots().forEach(slot -> ids.add(slot.id()));
    control.ifPresent(random -> random.slots().forEach(slot -> ids.add(slot.id())));
    return ids;
  }
}
