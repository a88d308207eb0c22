package io.sluice.streams.revision;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Choice;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Tiers;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The selections of one revision of a task by one representation: the task's own, the random
 * control, which is a random selection of the same size, if the task's jobs are compared with one,
 * and the further arms with this representation. A {@linkplain Companions companion} has such arms
 * only.
 *
 * <p>A shard nominates every candidate that at least one of its selections admits. All selections
 * of the second stage are then exact: the nominations that a selection did not need are more
 * candidates of the same pool, and offering those never changes its result. Not thread-safe.
 */
public final class Selections {
  /**
   * The algorithm of the control. Its seed is fixed, so that anyone who has the pool can recompute
   * it.
   */
  private static final Algorithm.Random CONTROL = new Algorithm.Random(0);

  private final Map<ArmName, Choice> byArm;

  private Selections(Map<ArmName, Choice> byArm) {
    this.byArm = Collections.unmodifiableMap(byArm);
  }

  /**
   * Creates empty selections with the task's largest budget.
   *
   * @param task a task or a companion
   */
  public static Selections empty(TargetTask task) {
    int budget = new Tiers(task.getBudgets()).largest();
    Map<ArmName, Choice> byArm = new LinkedHashMap<>();
    if (!Companions.isCompanion(task.getTaskId())) {
      byArm.put(ArmName.SELECTED, ownOf(task, budget));
      controlOf(task).ifPresent(control -> byArm.put(ArmName.RANDOM, control));
    }
    for (FurtherArm arm : FurtherArm.of(task)) {
      if (arm.representationId().equals(task.getRepresentationId())) {
        byArm.put(arm.name(), emptyArm(task, Algorithm.parse(arm.algorithm()), budget));
      }
    }
    return new Selections(byArm);
  }

  /**
   * With budgets in tokens, a random arm is bounded by these alone, so that it has as many tokens
   * as the selected subset even if its examples are shorter.
   */
  private static Choice emptyArm(TargetTask task, Algorithm algorithm, int budget) {
    List<Long> tokens = task.getBudgetTokens();
    return tokens.isEmpty() || !(algorithm instanceof Algorithm.Random random)
        ? empty(task, algorithm, budget)
        : choice(
            task,
            random.emptyWithinTokens(task.getQueries().size(), tokens.get(tokens.size() - 1)));
  }

  /** Creates an empty selection by the task's algorithm, for any budget. */
  public static Choice ownOf(TargetTask task, int budget) {
    return empty(task, Algorithm.parse(task.getAlgorithm()), budget);
  }

  /** Creates the empty random control of a task; empty when the task has none. */
  public static Optional<Choice> controlOf(TargetTask task) {
    return hasControl(task)
        ? Optional.of(emptyArm(task, CONTROL, new Tiers(task.getBudgets()).largest()))
        : Optional.empty();
  }

  private static boolean hasControl(TargetTask task) {
    return task.getControls().contains(Arm.RANDOM)
        && !(Algorithm.parse(task.getAlgorithm()) instanceof Algorithm.Random);
  }

  private static Choice empty(TargetTask task, Algorithm algorithm, int budget) {
    return choice(task, algorithm.emptySelection(task.getQueries().size(), budget));
  }

  private static Choice choice(TargetTask task, Selection<String> selection) {
    return task.getRules().getDuplicates() == Duplicates.ONE
        ? Choice.ofContents(selection)
        : Choice.ofCandidates(selection);
  }

  /** The selection of an arm; empty when there is no such arm with this representation. */
  public Optional<Choice> of(ArmName arm) {
    return Optional.ofNullable(byArm.get(arm));
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
    boolean admitted = false;
    for (Choice choice : byArm.values()) {
      admitted |= choice.offer(candidateId, content, tokens, scores);
    }
    return admitted;
  }

  /** Whether at least one of the selections holds the candidate. */
  public boolean holds(String candidateId) {
    return byArm.values().stream().anyMatch(choice -> choice.holds(candidateId));
  }

  /** A new, modifiable set of the ids that at least one of the selections holds. */
  public Set<String> held() {
    Set<String> ids = new HashSet<>();
    byArm.values().forEach(choice -> ids.addAll(choice.held()));
    return ids;
  }
}
