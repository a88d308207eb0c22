package io.sluice.streams.revision;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Choice;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Tiers;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The selections of one revision of a task: the task's own, and the random control, which is a
 * random selection of the same size, if the task's jobs are compared with one.
 *
 * <p>A shard nominates every candidate that at least one of its selections admits. Both selections
 * of the second stage are then exact: the nominations that a selection did not need are more
 * candidates of the same pool, and offering those never changes its result. Not thread-safe.
 *
 * @param own the selection by the task's algorithm
 * @param control the random control; empty when the task has none or its own algorithm is random
 */
public record Selections(Choice own, Optional<Choice> control) {
  /**
   * The algorithm of the control. Its seed is fixed, so that anyone who has the pool can recompute
   * it.
   */
  private static final Algorithm.Random CONTROL = new Algorithm.Random(0);

  /** Creates empty selections with the task's largest budget. */
  public static Selections empty(TargetTask task) {
    Algorithm algorithm = Algorithm.parse(task.getAlgorithm());
    int budget = new Tiers(task.getBudgets()).largest();
    boolean controlled =
        task.getControls().contains(Arm.RANDOM) && !(algorithm instanceof Algorithm.Random);
    return new Selections(
        empty(task, algorithm, budget),
        controlled ? Optional.of(emptyControl(task, budget)) : Optional.empty());
  }

  /**
   * With budgets in tokens, the control is bounded by these alone, so that it has as many tokens as
   * the selected subset even if its examples are shorter.
   */
  private static Choice emptyControl(TargetTask task, int budget) {
    List<Long> tokens = task.getBudgetTokens();
    return tokens.isEmpty()
        ? empty(task, CONTROL, budget)
        : choice(
            task,
            CONTROL.emptyWithinTokens(task.getQueries().size(), tokens.get(tokens.size() - 1)));
  }

  /** Creates an empty selection by the task's algorithm, for any budget. */
  public static Choice ownOf(TargetTask task, int budget) {
    return empty(task, Algorithm.parse(task.getAlgorithm()), budget);
  }

  private static Choice empty(TargetTask task, Algorithm algorithm, int budget) {
    return choice(task, algorithm.emptySelection(task.getQueries().size(), budget));
  }

  private static Choice choice(TargetTask task, Selection<String> selection) {
    return task.getRules().getDuplicates() == Duplicates.ONE
        ? Choice.ofContents(selection)
        : Choice.ofCandidates(selection);
  }

  /**
   * Offers a candidate to each selection.
   *
   * @param content what is equal for candidates of the same content; empty unless contents count
   *     once
   * @param tokens its learnt tokens; 0 unless the task has budgets in tokens
   * @return whether at least one of them admits it
   */
  public boolean offer(String candidateId, String content, int tokens, float[] scores) {
    boolean admitted = own.offer(candidateId, content, tokens, scores);
    boolean admittedByControl =
        control.map(random -> random.offer(candidateId, content, tokens, scores)).orElse(false);
    return admitted || admittedByControl;
  }

  /** Whether at least one of the selections holds the candidate. */
  public boolean holds(String candidateId) {
    return own.holds(candidateId)
        || control.filter(random -> random.holds(candidateId)).isPresent();
  }

  /** A new, modifiable set of the ids that at least one of the selections holds. */
  public Set<String> held() {
    Set<String> ids = new HashSet<>(own.held());
    control.ifPresent(random -> ids.addAll(random.held()));
    return ids;
  }
}
