package io.sluice.streams.select;

import java.util.Optional;

/**
 * Decides whether a job can include a further arm yet. A job compares subsets of equal budgets that
 * were selected from pools of about the same size. It therefore waits until the subsets of all arms
 * are complete and the pool of each other representation has at least nine tenths of the candidates
 * of the task's own pool.
 *
 * @param shards number of shards, all of which must have reported
 */
record ArmReadiness(int shards) {
  private static final double LEAST_SHARE = 0.9;

  /**
   * Why a job cannot include an arm yet, whatever the size of its pool.
   *
   * @param own the selection by the task's own representation
   * @return the reason, for people; empty when the job can include the arm
   */
  Optional<String> problem(TaskSelection own, ArmSubset subset) {
    return reason(own, subset)
        .map(reason -> "arm '%s': %s".formatted(subset.arm().name().label(), reason));
  }

  private Optional<String> reason(TaskSelection own, ArmSubset subset) {
    TaskSelection selection = subset.selection();
    String representation = subset.arm().representationId();
    if (!selection.hasReports()) {
      return Optional.of(
          "nothing is scored for it, because its queries lack representation '%s': its workers do not run, or have rejected the task (see dead-letters), or passed over it before they were upgraded (change the task, so that it is sent again)"
              .formatted(representation));
    }
    if (!selection.isComplete(shards)) {
      return Optional.of(
          selection.waiting() > 0
              ? "%d candidates are still being scored for it".formatted(selection.waiting())
              : "not all shards have reported on it yet");
    }
    if (own.isBoundedByTokens() && !selection.tokenizer().equals(own.tokenizer())) {
      return Optional.of(
          "representation '%s' counts tokens by another tokenizer than the task's own, so budget_tokens means something else for it: leave out the arm, or budget_tokens"
              .formatted(representation));
    }
    if (selection.pool() < LEAST_SHARE * own.pool()) {
      return Optional.of(
          "its pool by representation '%s' has %d candidates, fewer than nine tenths of the task's own %d: its workers are behind, or cannot represent the others"
              .formatted(representation, selection.pool(), own.pool()));
    }
    // The first random subset is not waited for either: it comes from the task's own pool.
    if (!subset.isFull() && !subset.arm().isRandom()) {
      return Optional.of(
          "it has %d examples: its pool by representation '%s' has %d candidates, send or represent more"
              .formatted(subset.slots().size(), representation, selection.pool()));
    }
    return Optional.empty();
  }
}
