package io.sluice.streams.select;

import io.sluice.schemas.ArmStatus;
import io.sluice.schemas.IncomingRevision;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.streams.selection.Tiers;
import java.util.List;
import java.util.Optional;

/** Builds the records of subsets and statuses that the second stage publishes. */
final class SubsetRecords {
  private SubsetRecords() {}

  /**
   * The record of a selected candidate. Its best query is the one that the candidate is most
   * similar to, the first among equals.
   *
   * @param place the candidate's place in the subset
   */
  static SelectedInstruction selected(TargetTask task, SubsetPlace place, Nomination nomination) {
    List<Float> scores = nomination.getScores();
    int best = 0;
    for (int q = 1; q < scores.size(); q++) {
      if (scores.get(q) > scores.get(best)) {
        best = q;
      }
    }
    return SelectedInstruction.newBuilder()
        .setTaskId(task.getTaskId())
        .setRevision(task.getRevision())
        .setCandidateId(nomination.getCandidate().getId())
        .setTier(place.tier())
        .setScore(scores.get(best))
        .setBestQuery(best)
        .setScores(scores)
        .setSource(nomination.getCandidate().getSource())
        .setMessages(nomination.getCandidate().getMessages())
        .setTools(nomination.getCandidate().getTools())
        .setMetadata(nomination.getCandidate().getMetadata())
        .setContent(nomination.getContent())
        .setLeak(nomination.getLeak())
        .setLearntTokens(nomination.getLearntTokens())
        .setNeighbourOf(place.neighbourOf())
        .build();
  }

  /** The status of a task: its pool, its tiers, and the progress of its incoming revision. */
  static TaskStatus status(ServedTask task, ArmReadiness readiness) {
    TaskSelection served = task.served();
    TargetTask definition = served.definition();
    return TaskStatus.newBuilder()
        .setTaskId(definition.getTaskId())
        .setRevision(definition.getRevision())
        .setQueries(definition.getQueries().size())
        .setPool(served.pool())
        .setWaiting(served.waiting())
        .setNominated(served.nominated())
        .setSelected(served.selected())
        .setTiers(definition.getBudgets().stream().map(budget -> tier(task, budget)).toList())
        .setIncoming(
            task.incoming().stream()
                .map(TaskRevision::own)
                .map(newer -> new IncomingRevision(newer.revision(), newer.pool(), newer.waiting()))
                .toList())
        .setLeftOut(served.leftOut())
        .setLeaks(served.leaks())
        .setArms(arms(task.servedRevision(), readiness))
        .setOpenJobs(task.jobs().open().size())
        .build();
  }

  private static List<ArmStatus> arms(TaskRevision revision, ArmReadiness readiness) {
    int largest = new Tiers(revision.definition().getBudgets()).largest();
    return revision.arms(largest).stream()
        .map(
            subset ->
                new ArmStatus(
                    subset.arm().name().label(),
                    subset.arm().representationId(),
                    subset.arm().algorithm(),
                    subset.selection().pool(),
                    subset.selection().waiting(),
                    subset.slots().size(),
                    readiness.problem(revision.own(), subset).orElse("")))
        .toList();
  }

  private static TierStatus tier(ServedTask task, int budget) {
    TaskSelection selection = task.served();
    Optional<TaskJobs.Fired> last = task.jobs().last(selection.revision(), budget);
    return new TierStatus(
        budget,
        selection.sizes().of(budget),
        last.map(job -> job.sequence() + 1).orElse(0),
        last.map(job -> selection.current().turnover(budget, job)).orElse(1.0),
        task.jobs().isOpen(budget),
        selection.sizes().tokensOf(budget),
        selection.budgetTokens(budget) > 0 && selection.sizes().isFull(budget));
  }
}
