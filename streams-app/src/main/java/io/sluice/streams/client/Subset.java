package io.sluice.streams.client;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.revision.Selections;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Choice;
import io.sluice.streams.selection.Slot;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The subset of a task for one budget, in selection order.
 *
 * @param task the task, in the revision for which the subset was selected
 * @param entries the selected instructions, at most as many as the budget
 */
public record Subset(TargetTask task, List<Entry> entries) {
  /** Keeps an immutable copy of the list. */
  public Subset {
    entries = List.copyOf(entries);
  }

  /**
   * Sorts the selected instructions of a task into selection order, and keeps those within a
   * budget.
   *
   * @param task the task
   * @param selected all instructions selected for the task's largest budget, in any order
   * @param budget number of examples, 1 to the task's largest budget
   * @throws IllegalArgumentException when the budget is out of range, or the instructions were
   *     selected for another revision of the task
   */
  public static Subset of(TargetTask task, Collection<SelectedInstruction> selected, int budget) {
    SubsetSizes.requireRange(task.getTaskId(), task.getBudgets(), budget);
    Map<String, SelectedInstruction> byId = new HashMap<>();
    for (SelectedInstruction instruction : selected) {
      requireRevision(task, instruction);
      byId.put(instruction.getCandidateId(), instruction);
    }
    List<Slot<String>> slots =
        Algorithm.parse(task.getAlgorithm()) instanceof Algorithm.KnnUniform
            ? byNeighbourhoods(selected, budget)
            : byScores(task, selected, budget);
    return new Subset(
        task,
        within(task, budget, slots, byId).stream()
            .map(slot -> Entry.of(task, slot, byId.get(slot.id())))
            .toList());
  }

  /**
   * A subset whose order is known.
   *
   * @param slots the selected candidates in selection order
   * @param selected the instruction of each
   */
  public static Subset inOrder(
      TargetTask task, List<Slot<String>> slots, List<SelectedInstruction> selected) {
    return new Subset(
        task,
        IntStream.range(0, slots.size())
            .mapToObj(i -> Entry.of(task, slots.get(i), selected.get(i)))
            .toList());
  }

  private static List<Slot<String>> byScores(
      TargetTask task, Collection<SelectedInstruction> selected, int budget) {
    Choice selection = Selections.ownOf(task, budget);
    for (SelectedInstruction instruction : selected) {
      selection.offer(
          instruction.getCandidateId(),
          instruction.getContent(),
          instruction.getLearntTokens(),
          row(instruction.getScores()));
    }
    return selection.slots();
  }

  /**
   * The order of KNN-uniform. It cannot be computed from the scores of the selected candidates,
   * since those of all others count too.
   */
  private static List<Slot<String>> byNeighbourhoods(
      Collection<SelectedInstruction> selected, int budget) {
    List<SelectedInstruction> sorted =
        selected.stream()
            .sorted(
                Comparator.comparingInt(SelectedInstruction::getNeighbourOf)
                    .reversed()
                    .thenComparing(SelectedInstruction::getContent)
                    .thenComparing(SelectedInstruction::getCandidateId))
            .limit(budget)
            .toList();
    return IntStream.range(0, sorted.size())
        .mapToObj(
            rank -> {
              SelectedInstruction instruction = sorted.get(rank);
              return new Slot<>(
                  rank,
                  instruction.getBestQuery(),
                  instruction.getCandidateId(),
                  instruction.getScore(),
                  instruction.getNeighbourOf());
            })
        .toList();
  }

  /** With budgets in tokens, the tokens of the next budget of the task end the subset. */
  private static List<Slot<String>> within(
      TargetTask task,
      int budget,
      List<Slot<String>> slots,
      Map<String, SelectedInstruction> byId) {
    if (task.getBudgetTokens().isEmpty()) {
      return slots;
    }
    int next = 0;
    while (task.getBudgets().get(next) < budget) {
      next++;
    }
    return SubsetSizes.within(
        task.getBudgetTokens().get(next), slots, id -> byId.get(id).getLearntTokens());
  }

  private static void requireRevision(TargetTask task, SelectedInstruction instruction) {
    if (instruction.getRevision() != task.getRevision()) {
      throw new IllegalArgumentException(
          String.format(
              "task %s is at revision %d, but its subset is still at %d: try again when the"
                  + " candidates have been scored for the new revision",
              task.getTaskId(), task.getRevision(), instruction.getRevision()));
    }
  }

  private static float[] row(List<Float> scores) {
    float[] row = new float[scores.size()];
    for (int query = 0; query < row.length; query++) {
      row[query] = scores.get(query);
    }
    return row;
  }

  /**
   * One selected instruction.
   *
   * @param rank slot in the selection, from 0
   * @param query id of the query to which the slot belongs
   * @param score similarity to that query, -1 to 1
   * @param instruction the instruction
   */
  public record Entry(int rank, String query, float score, SelectedInstruction instruction)
      implements ScoredEntry {
    @Override
    public int tier() {
      return instruction.getTier();
    }

    @Override
    public float scoreOf(int query) {
      return instruction.getScores().get(query);
    }

    /** The instruction of the candidate that holds a slot. */
    public static Entry of(TargetTask task, Slot<String> slot, SelectedInstruction instruction) {
      return new Entry(
          slot.slot(), task.getQueries().get(slot.query()).getId(), slot.score(), instruction);
    }
  }
}
