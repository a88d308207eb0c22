package io.sluice.streams.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.schemas.ArmStatus;
import io.sluice.schemas.IncomingRevision;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.streams.api.SubsetReport.TierSimilarity;
import io.sluice.streams.client.Coverage;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A task as the API shows it.
 *
 * @param task id of the task
 * @param revision the revision whose subset is served
 * @param incoming a newer revision, for which the candidates are still being scored; absent when
 *     there is none
 * @param representationId the representation that its queries and candidates have
 * @param algorithm the algorithm that selects its subset
 * @param minPoolFactor a job fires only when the pool is at least this many times the budget
 * @param queries size of the query set
 * @param pool candidates scored so far; all counts are absent until the first count, some tenths of
 *     a second after the task was put or an instance took it over
 * @param leftOut candidates that the task's rules leave out, by reason
 * @param leaks candidates in the pool that share text with the task, if the task has them reported
 * @param waiting stored candidates still to be scored
 * @param progress pool as a share of pool and waiting, 0 to 1; 0 when there are no candidates
 * @param nominated distinct candidates that the shards' own selections admitted
 * @param selected candidates in the subset of the largest budget
 * @param tiers one tier per budget, ascending
 * @param arms the further selections that its jobs compare with
 * @param coverage how well the subset serves each query; only in the response about one task
 */
record TaskView(
    String task,
    int revision,
    Optional<IncomingView> incoming,
    String representationId,
    String algorithm,
    double minPoolFactor,
    int queries,
    Optional<Long> pool,
    Optional<Map<String, Long>> leftOut,
    Optional<Long> leaks,
    Optional<Long> waiting,
    Optional<Double> progress,
    Optional<Long> nominated,
    Optional<Integer> selected,
    List<TierView> tiers,
    List<ArmView> arms,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<List<Coverage.OfQuery>> coverage) {

  /** A task with the counts of its status. */
  static TaskView of(HeldTask held) {
    return of(held, Map.of(), Optional.empty());
  }

  /** A task with the counts of its status and the similarities of its subset. */
  static TaskView of(HeldTask held, SubsetReport report) {
    return of(held, report.tiers(), Optional.of(report.coverage()));
  }

  private static TaskView of(
      HeldTask held,
      Map<Integer, TierSimilarity> similarities,
      Optional<List<Coverage.OfQuery>> coverage) {
    TargetTask task = held.served();
    Optional<TaskStatus> status = held.status();
    return new TaskView(
        task.getTaskId(),
        task.getRevision(),
        held.incoming().map(newer -> IncomingView.of(newer, status)),
        task.getRepresentationId(),
        task.getAlgorithm(),
        task.getMinPoolFactor(),
        task.getQueries().size(),
        status.map(TaskStatus::getPool),
        status.map(TaskStatus::getLeftOut),
        status.map(TaskStatus::getLeaks),
        status.map(TaskStatus::getWaiting),
        status.map(counted -> share(counted.getPool(), counted.getWaiting())),
        status.map(TaskStatus::getNominated),
        status.map(TaskStatus::getSelected),
        task.getBudgets().stream()
            .map(
                budget ->
                    TierView.of(
                        budget,
                        status.flatMap(known -> tier(known, budget)),
                        Optional.ofNullable(similarities.get(budget))))
            .toList(),
        FurtherArm.of(task).stream().map(arm -> ArmView.of(arm, status)).toList(),
        coverage);
  }

  /**
   * A further selection that the task's jobs compare with.
   *
   * @param name its name
   * @param representationId the representation by which it is selected
   * @param algorithm the rule by which it is selected
   * @param pool candidates scored for it so far; all that follows is absent until the first count
   * @param waiting stored candidates still to be scored for it
   * @param selected candidates in its subset of the largest budget
   * @param problem why no job of the largest budget can include it yet; empty when one can
   */
  record ArmView(
      String name,
      String representationId,
      String algorithm,
      Optional<Long> pool,
      Optional<Long> waiting,
      Optional<Integer> selected,
      Optional<String> problem) {
    private static ArmView of(FurtherArm arm, Optional<TaskStatus> status) {
      String name = arm.name().label();
      Optional<ArmStatus> counted =
          status.stream()
              .flatMap(known -> known.getArms().stream())
              .filter(known -> known.getName().equals(name))
              .findFirst();
      return new ArmView(
          name,
          arm.representationId(),
          arm.algorithm(),
          counted.map(ArmStatus::getPool),
          counted.map(ArmStatus::getWaiting),
          counted.map(ArmStatus::getSelected),
          counted.map(ArmStatus::getProblem));
    }
  }

  private static double share(long scored, long waiting) {
    long known = scored + waiting;
    return known == 0 ? 0 : (double) scored / known;
  }

  private static Optional<TierStatus> tier(TaskStatus status, int budget) {
    return status.getTiers().stream().filter(tier -> tier.getBudget() == budget).findFirst();
  }

  /**
   * A revision that is not served yet.
   *
   * @param revision the revision
   * @param queries size of its query set
   * @param scored candidates scored for it so far; all counts are absent until the first count
   * @param waiting stored candidates still to be scored for it
   * @param progress scored as a share of scored and waiting, 0 to 1
   */
  record IncomingView(
      int revision,
      int queries,
      Optional<Long> scored,
      Optional<Long> waiting,
      Optional<Double> progress) {
    private static IncomingView of(TargetTask task, Optional<TaskStatus> status) {
      Optional<IncomingRevision> counted =
          status.stream()
              .flatMap(known -> known.getIncoming().stream())
              .filter(newer -> newer.getRevision() == task.getRevision())
              .findFirst();
      return new IncomingView(
          task.getRevision(),
          task.getQueries().size(),
          counted.map(IncomingRevision::getScored),
          counted.map(IncomingRevision::getWaiting),
          counted.map(newer -> share(newer.getScored(), newer.getWaiting())));
    }
  }

  /**
   * One budget of a task.
   *
   * @param budget number of examples
   * @param filled candidates in the subset of this budget
   * @param full whether no candidate can be added to the subset without another one leaving it
   * @param jobs fine-tune jobs fired so far
   * @param turnover share of the subset that was not among the last job's selected examples, 0 to
   *     1; 1 when there was none
   * @param open whether a job of this task and budget is open
   * @param tokens learnt tokens of the subset; absent unless the task has budgets in tokens
   * @param meanSimilarity mean similarity of the subset's candidates, each to the query for which
   *     it was selected; only in the response about one task
   * @param meanSimilarityToAll mean similarity of the subset's candidates to all queries; only in
   *     the response about one task
   */
  record TierView(
      int budget,
      Optional<Integer> filled,
      Optional<Boolean> full,
      Optional<Integer> jobs,
      Optional<Double> turnover,
      Optional<Boolean> open,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Long> tokens,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> meanSimilarity,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> meanSimilarityToAll) {
    private static TierView of(
        int budget, Optional<TierStatus> status, Optional<TierSimilarity> similarity) {
      return new TierView(
          budget,
          status.map(TierStatus::getFilled),
          status.map(SubsetSizes::isFull),
          status.map(TierStatus::getJobs),
          status.map(TierStatus::getTurnover),
          status.map(TierStatus::getOpen),
          status.map(TierStatus::getTokens).filter(tokens -> tokens > 0),
          similarity.map(TierSimilarity::own),
          similarity.map(TierSimilarity::all));
    }
  }
}
