package io.sluice.streams.topology;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.IncomingRevision;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.Query;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.trigger.JobIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Makes the records that the selection of a task publishes. */
final class Publications {
  private Publications() {}

  /** A candidate in a tier. */
  static SelectedInstruction selected(TargetTask task, int tier, Nomination nomination) {
    List<Float> scores = nomination.getScores();
    int best = 0;
    for (int q = 1; q < scores.size(); q++) {
      if (scores.get(q) > scores.get(best)) {
        best = q;
      }
    }
    return new SelectedInstruction(
        task.getTaskId(),
        task.getRevision(),
        nomination.getCandidate().getId(),
        tier,
        scores.get(best),
        best,
        scores,
        nomination.getCandidate().getSource(),
        nomination.getCandidate().getMessages());
  }

  /**
   * A job for a budget, with the examples as they are selected now.
   *
   * @param sequence counts the jobs of the budget, from 0
   * @param nominations the nomination of a selected candidate, by id
   */
  static Publication.JobFired job(
      TaskSelection task, int budget, int sequence, Function<String, Nomination> nominations) {
    TargetTask definition = task.definition();
    String jobId =
        new JobIdentity(
                definition.getTaskId(),
                definition.getRevision(),
                definition.getRepresentationId(),
                budget,
                sequence)
            .id();
    List<Query> queries = definition.getQueries();
    List<DatasetRecord> dataset = new ArrayList<>(budget);
    List<String> ids = new ArrayList<>(budget);
    for (Slot<String> slot : task.slots().subList(0, budget)) {
      Nomination nomination = nominations.apply(slot.id());
      ids.add(slot.id());
      dataset.add(
          DatasetRecord.newBuilder()
              .setJobId(jobId)
              .setTaskId(definition.getTaskId())
              .setRank(slot.slot())
              .setCandidateId(slot.id())
              .setQuery(queries.get(slot.query()).getId())
              .setScore(slot.score())
              .setSource(nomination.getCandidate().getSource())
              .setMessages(nomination.getCandidate().getMessages())
              .build());
    }
    FineTuneJob job =
        FineTuneJob.newBuilder()
            .setJobId(jobId)
            .setTaskId(definition.getTaskId())
            .setRevision(definition.getRevision())
            .setRepresentationId(definition.getRepresentationId())
            .setAlgorithm(definition.getAlgorithm())
            .setBudget(budget)
            .setSequence(sequence)
            .setExamples(dataset.size())
            .setPoolSize(task.pool())
            .setDatasetChecksum(ExampleHashes.ofOrder(ids))
            .build();
    return new Publication.JobFired(job, dataset);
  }

  /** How far a task has come. */
  static TaskStatus status(ServedTask task) {
    TaskSelection served = task.served();
    TargetTask definition = served.definition();
    return new TaskStatus(
        definition.getTaskId(),
        definition.getRevision(),
        definition.getQueries().size(),
        served.pool(),
        served.waiting(),
        served.nominated(),
        served.selected(),
        definition.getBudgets().stream().map(budget -> tier(served, budget)).toList(),
        task.incoming().stream()
            .map(newer -> new IncomingRevision(newer.revision(), newer.pool(), newer.waiting()))
            .toList());
  }

  private static TierStatus tier(TaskSelection selection, int budget) {
    return new TierStatus(
        budget,
        Math.min(budget, selection.selected()),
        selection.lastJob(budget).map(last -> last.job().getSequence() + 1).orElse(0),
        selection.turnover(budget),
        false);
  }
}
