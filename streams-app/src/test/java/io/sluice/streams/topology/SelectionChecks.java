package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmStatus;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.client.Subset;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.select.CandidateSummary;
import io.sluice.streams.select.SelectFixture;
import io.sluice.streams.select.SubsetFilter;
import io.sluice.streams.select.SubsetQueries.HeldBesideSample;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.testing.BatchSelection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks the published records against the batch rules, once all sent records have been processed.
 *
 * @param sent the records that were sent
 * @param select the second stage, with everything that it has published
 */
record SelectionChecks(SentRecords sent, SelectFixture select) {
  /** Checks all subsets, statuses and jobs. */
  void check() {
    assertThat(select.statuses().keySet()).isEqualTo(sent.newest().keySet());
    for (String taskId : sent.everDefined()) {
      if (sent.newest().containsKey(taskId)) {
        checkTask(taskId);
      } else {
        assertThat(select.subset(taskId)).isEmpty();
      }
    }
    checkJobs();
    sent.complete().forEach(this::checkFrozen);
  }

  private List<String> select(
      TargetTask task, String algorithm, Map<String, float[]> rows, int budget) {
    int queries = task.getQueries().size();
    return isOnceEach(task)
        ? BatchSelection.selectOnce(algorithm, rows, sent.contents(task), queries, budget)
        : BatchSelection.select(algorithm, rows, queries, budget);
  }

  /** The longest prefix of an order within the tokens of a budget, if the task has such. */
  private List<String> within(TargetTask task, int budget, List<String> order) {
    if (task.getBudgetTokens().isEmpty()) {
      return order;
    }
    long left = task.getBudgetTokens().get(task.getBudgets().indexOf(budget));
    List<String> prefix = new ArrayList<>();
    for (String id : order) {
      left -= sent.learntTokens(task, id);
      if (left < 0) {
        break;
      }
      prefix.add(id);
    }
    return prefix;
  }

  private List<String> subset(TargetTask task, Map<String, float[]> rows, int budget) {
    return within(task, budget, select(task, task.getAlgorithm(), rows, budget));
  }

  private List<String> control(TargetTask task, Map<String, float[]> rows, int budget) {
    return task.getBudgetTokens().isEmpty()
        ? select(task, "random", rows, budget)
        : within(task, budget, select(task, "random", rows, Integer.MAX_VALUE));
  }

  private boolean isFull(TargetTask task, Map<String, float[]> rows, int budget) {
    List<String> subset = subset(task, rows, budget);
    if (task.getBudgetTokens().isEmpty() || subset.size() == budget) {
      return subset.size() == budget;
    }
    long tokens = subset.stream().mapToLong(id -> sent.learntTokens(task, id)).sum();
    boolean isUsedUp = tokens == task.getBudgetTokens().get(task.getBudgets().indexOf(budget));
    return !subset.isEmpty() && (isUsedUp || subset.size() < selectable(task));
  }

  private Map<String, Integer> tiers(TargetTask task, Map<String, float[]> rows) {
    Map<String, Integer> tiers = new HashMap<>();
    for (int budget : task.getBudgets()) {
      subset(task, rows, budget).forEach(id -> tiers.putIfAbsent(id, budget));
    }
    return tiers;
  }

  private static boolean isOnceEach(TargetTask task) {
    return task.getRules().getDuplicates() == Duplicates.ONE;
  }

  /** How many candidates can be selected at most. */
  private int selectable(TargetTask task) {
    return isOnceEach(task)
        ? new HashSet<>(sent.contents(task).values()).size()
        : sent.rows(task).size();
  }

  /** How many candidates have the same content as another one with a lower id. */
  private int duplicates(TargetTask task) {
    return sent.rows(task).size() - selectable(task);
  }

  /** An arm's candidates in its order, as many as can be in its subset of a budget. */
  private List<String> order(TargetTask pool, FurtherArm arm, int budget) {
    boolean byTokensAlone =
        !pool.getBudgetTokens().isEmpty() && arm.algorithm().startsWith("random");
    return select(
        pool, arm.algorithm(), sent.rows(pool), byTokensAlone ? Integer.MAX_VALUE : budget);
  }

  /** What is frozen of an arm. */
  private List<String> subset(TargetTask task, FurtherArm arm, int budget) {
    TargetTask pool = sent.poolOf(task, arm);
    return within(pool, budget, order(pool, arm, budget));
  }

  /** Whether a job can include an arm; a random subset of the control is not waited for. */
  private boolean isReady(TargetTask task, FurtherArm arm, int budget) {
    TargetTask pool = sent.poolOf(task, arm);
    List<String> order = order(pool, arm, budget);
    List<String> subset = subset(task, arm, budget);
    if (arm.isRandom()) {
      return true;
    }
    if (10 * selectable(pool) < 9 * selectable(task)) {
      return false;
    }
    if (task.getBudgetTokens().isEmpty()) {
      return subset.size() == budget;
    }
    if (arm.algorithm().startsWith("random")) {
      return subset.size() < order.size();
    }
    long tokens = subset.stream().mapToLong(id -> sent.learntTokens(pool, id)).sum();
    return subset.size() == budget
        || subset.size() < order.size()
        || tokens == task.getBudgetTokens().get(task.getBudgets().indexOf(budget));
  }

  /** Whether a job can include all arms of a task. */
  private boolean areArmsReady(TargetTask task, int budget) {
    return sent.areCompanionsRepresented(task)
        && FurtherArm.of(task).stream().allMatch(arm -> isReady(task, arm, budget));
  }

  /** Fires a job for each full budget, and checks its dataset against the batch rules. */
  private void checkFrozen(TargetTask task) {
    Map<String, float[]> rows = sent.rows(task);
    for (int budget : task.getBudgets()) {
      List<String> subset = subset(task, rows, budget);
      if (isFull(task, rows, budget) && !areArmsReady(task, budget)) {
        assertThatThrownBy(() -> select.fire(task.getTaskId(), budget, "check"))
            .isInstanceOf(InvalidRecordException.class)
            .hasMessageContaining("arm '");
      } else if (isFull(task, rows, budget)) {
        select.fire(task.getTaskId(), budget, "check");
        SelectFixture.FiredJob fired = select.fired().get(select.fired().size() - 1);
        assertThat(fired.job().getRequestId()).isEqualTo("check");
        FrozenDataset frozen = FrozenDataset.of(fired.job(), fired.dataset());
        assertThat(ids(frozen.selected())).isEqualTo(subset);
        frozen.selected().forEach(example -> checkMetadata(task, example));
        frozen.random().forEach(example -> checkMetadata(task, example));
        boolean controlled =
            task.getControls().contains(Arm.RANDOM) && !task.getAlgorithm().startsWith("random");
        assertThat(ids(frozen.random()))
            .isEqualTo(controlled ? control(task, rows, budget) : List.of());
        assertThat(frozen.arms().keySet())
            .isEqualTo(
                FurtherArm.of(task).stream()
                    .map(arm -> arm.name().label())
                    .collect(Collectors.toSet()));
        for (FurtherArm arm : FurtherArm.of(task)) {
          List<DatasetRecord> examples = frozen.of(arm.name());
          assertThat(ids(examples)).as("arm %s", arm).isEqualTo(subset(task, arm, budget));
          examples.forEach(example -> checkMetadata(sent.poolOf(task, arm), example));
        }
        select.end(fired.job().getJobId(), FineTuneState.FINISHED);
      }
    }
  }

  private void checkMetadata(TargetTask task, DatasetRecord example) {
    assertThat(example.getMetadata())
        .isEqualTo(sent.candidate(task, example.getCandidateId()).orElseThrow().getMetadata());
  }

  private static List<String> ids(List<DatasetRecord> examples) {
    return examples.stream().map(DatasetRecord::getCandidateId).toList();
  }

  private void checkTask(String taskId) {
    TaskStatus status = select.statuses().get(taskId);
    TargetTask task = sent.newest().get(taskId);
    if (sent.isRepresented(task)) {
      assertThat(status.getRevision()).isEqualTo(task.getRevision());
      assertThat(status.getIncoming()).isEmpty();
    } else if (!sent.isFirstOfLife(task)) {
      assertThat(status.getIncoming()).hasSize(1);
    }
    TargetTask served = sent.revision(taskId, status.getRevision());
    Map<String, SelectedInstruction> subset = select.subset(taskId);
    if (!sent.isRepresented(served)) {
      assertThat(subset).isEmpty();
      return;
    }
    Map<String, float[]> rows = sent.rows(served);
    Map<String, Integer> expected = tiers(served, rows);
    Map<String, Integer> actual = new HashMap<>();
    subset.forEach((id, selected) -> actual.put(id, selected.getTier()));
    assertThat(actual).as("subset of %s", taskId).isEqualTo(expected);
    int largest = served.getBudgets().get(served.getBudgets().size() - 1);
    assertThat(Subset.of(served, subset.values(), largest).entries())
        .as("order of the subset of %s", taskId)
        .extracting(entry -> entry.instruction().getCandidateId())
        .containsExactlyElementsOf(subset(served, rows, largest));
    for (int budget = 1; budget <= largest; budget++) {
      HeldPage read = select.read(taskId, budget);
      assertThat(Subset.inOrder(served, read.slots(), read.selected()))
          .as("subset of %s that readers find for budget %d", taskId, budget)
          .isEqualTo(Subset.of(served, subset.values(), budget));
    }
    checkSummaries(served, rows);
    subset.forEach(
        (id, selected) -> {
          assertThat(selected.getRevision()).isEqualTo(served.getRevision());
          assertThat(selected.getLeak()).isEqualTo(sent.isReportedLeak(served, id));
          assertThat(ScoreRow.unboxed(selected.getScores())).isEqualTo(rows.get(id));
          Candidate latest = sent.candidate(served, id).orElseThrow();
          assertThat(selected.getMessages()).isEqualTo(latest.getMessages());
          assertThat(selected.getMetadata()).isEqualTo(latest.getMetadata());
        });
    Map<String, Long> leftOut = sent.leftOut(served);
    if (duplicates(served) > 0) {
      leftOut.put("duplicate", (long) duplicates(served));
    }
    assertThat(status.getPool()).isEqualTo(rows.size() - duplicates(served));
    assertThat(status.getLeftOut()).isEqualTo(leftOut);
    assertThat(status.getLeaks())
        .isEqualTo(rows.keySet().stream().filter(id -> sent.isReportedLeak(served, id)).count());
    assertThat(status.getWaiting()).isZero();
    checkArms(served, status);
    assertThat(status.getSelected()).isEqualTo(expected.size());
    // No job fires while a newer revision is being prepared.
    assertThat(status.getTiers())
        .filteredOn(tier -> status.getIncoming().isEmpty())
        .filteredOn(tier -> tier.getFilled() == tier.getBudget())
        .filteredOn(tier -> areArmsReady(served, tier.getBudget()))
        .allMatch(tier -> tier.getTurnover() < served.getRefreshTurnover(), "has a fresh job");
  }

  /** Checks what readers find who keep summaries of the candidates for each other. */
  private void checkSummaries(TargetTask served, Map<String, float[]> rows) {
    String taskId = served.getTaskId();
    int largest = served.getBudgets().get(served.getBudgets().size() - 1);
    HeldBesideSample held = select.summaries(taskId);
    Map<String, List<String>> bySource = new HashMap<>();
    for (int i = 0; i < held.subset().slots().size(); i++) {
      String id = held.subset().slots().get(i).id();
      CandidateSummary summary = held.subset().summaries().get(i);
      Candidate latest = sent.candidate(served, id).orElseThrow();
      assertThat(summary.source()).isEqualTo(latest.getSource());
      assertThat(summary.metadata()).isEqualTo(latest.getMetadata());
      for (int query = 0; query < rows.get(id).length; query++) {
        assertThat(summary.scoreOf(query)).isEqualTo(rows.get(id)[query]);
      }
      bySource.computeIfAbsent(latest.getSource(), any -> new ArrayList<>()).add(id);
    }
    bySource.forEach(
        (source, ids) -> {
          SubsetFilter filter = SubsetFilter.of(Optional.empty(), Optional.of(source), Map.of());
          assertThat(select.read(taskId, filter).slots())
              .extracting(Slot::id)
              .containsExactlyElementsOf(ids);
        });
    boolean isControlled =
        served.getControls().contains(Arm.RANDOM) && !served.getAlgorithm().startsWith("random");
    assertThat(held.sample().isPresent()).isEqualTo(isControlled);
    if (isControlled && served.getBudgetTokens().isEmpty()) {
      assertThat(held.sample().get())
          .extracting(CandidateSummary::source)
          .containsExactlyElementsOf(
              control(served, rows, largest).stream()
                  .map(id -> sent.candidate(served, id).orElseThrow().getSource())
                  .toList());
    }
  }

  private void checkArms(TargetTask served, TaskStatus status) {
    int largest = served.getBudgets().get(served.getBudgets().size() - 1);
    assertThat(status.getArms())
        .extracting(ArmStatus::getName)
        .isEqualTo(FurtherArm.of(served).stream().map(arm -> arm.name().label()).toList());
    for (FurtherArm arm : FurtherArm.of(served)) {
      TargetTask pool = sent.poolOf(served, arm);
      ArmStatus counted =
          status.getArms().stream()
              .filter(each -> each.getName().equals(arm.name().label()))
              .findFirst()
              .orElseThrow();
      assertThat(counted.getWaiting()).isZero();
      if (sent.isRepresented(pool)) {
        assertThat(counted.getPool()).isEqualTo(selectable(pool));
        assertThat(counted.getSelected()).isEqualTo(subset(served, arm, largest).size());
        assertThat(counted.getProblem().isEmpty()).isEqualTo(isReady(served, arm, largest));
      } else {
        assertThat(counted.getProblem()).contains("representation '" + arm.representationId());
      }
    }
  }

  private void checkJobs() {
    Set<String> ids = new HashSet<>();
    for (SelectFixture.FiredJob fired : select.fired()) {
      assertThat(ids.add(fired.job().getJobId())).as("fired once").isTrue();
      String taskId = fired.job().getTaskId();
      TargetTask task = sent.revision(taskId, fired.job().getRevision());
      if (!fired.job().getOffsets().isEmpty()) {
        new SelectionChecks(sent.before(fired.job().getOffsets()), select)
            .checkDataset(task, fired);
      }
      checkArmsAtTheirOffsets(task, fired);
      if (sent.livesSince(taskId, fired.job().getRevision()) && sent.keptItsRepresentation(task)) {
        FrozenDataset frozen = FrozenDataset.of(fired.job(), fired.dataset());
        List<DatasetRecord> examples = new ArrayList<>(frozen.selected());
        examples.addAll(frozen.random());
        FurtherArm.of(task).stream()
            .filter(arm -> arm.representationId().equals(task.getRepresentationId()))
            .forEach(arm -> examples.addAll(frozen.of(arm.name())));
        for (DatasetRecord example : examples) {
          boolean kept =
              sent.candidate(task, example.getCandidateId())
                  .filter(candidate -> candidate.getMessages().equals(example.getMessages()))
                  .isPresent();
          if (!kept) {
            assertThat(select.job(fired.job().getJobId()).getRetracted())
                .contains(example.getCandidateId());
          }
        }
      }
    }
    sent.complete().forEach(this::checkNoneMissing);
  }

  /** Checks the dataset of a job against the batch rules, for what was sent before its offsets. */
  private void checkDataset(TargetTask task, SelectFixture.FiredJob fired) {
    Map<String, float[]> rows = sent.rows(task);
    int budget = fired.job().getBudget();
    FrozenDataset frozen = FrozenDataset.of(fired.job(), fired.dataset());
    assertThat(ids(frozen.selected()))
        .as("selected as of %s", fired.job().getOffsets())
        .isEqualTo(subset(task, rows, budget));
    if (fired.job().getControls().contains(Arm.RANDOM)) {
      assertThat(ids(frozen.random())).isEqualTo(control(task, rows, budget));
    }
  }

  /**
   * Checks each further arm of a job against the batch rules, for what was sent before its offsets.
   */
  private void checkArmsAtTheirOffsets(TargetTask task, SelectFixture.FiredJob fired) {
    FrozenDataset frozen = FrozenDataset.of(fired.job(), fired.dataset());
    List<FurtherArm> arms = FurtherArm.of(task);
    assertThat(fired.job().getArms()).hasSameSizeAs(arms);
    for (int i = 0; i < arms.size(); i++) {
      List<Long> offsets = fired.job().getArms().get(i).getOffsets();
      if (!offsets.isEmpty()) {
        assertThat(ids(frozen.of(arms.get(i).name())))
            .as("arm %s as of %s", arms.get(i), offsets)
            .isEqualTo(
                new SelectionChecks(sent.before(offsets), select)
                    .subset(task, arms.get(i), fired.job().getBudget()));
      }
    }
  }

  private void checkNoneMissing(TargetTask task) {
    Map<String, float[]> rows = sent.rows(task);
    int pool =
        FurtherArm.of(task).stream()
            .map(arm -> sent.poolOf(task, arm))
            .filter(sent::isRepresented)
            .mapToInt(this::selectable)
            .reduce(selectable(task), Math::min);
    List<Integer> fired =
        select.fired().stream()
            .map(SelectFixture.FiredJob::job)
            .filter(job -> job.getTaskId().equals(task.getTaskId()))
            .filter(job -> job.getRevision() == task.getRevision())
            .map(job -> job.getBudget())
            .toList();
    assertThat(fired)
        .containsAll(
            task.getBudgets().stream()
                .filter(budget -> isFull(task, rows, budget))
                .filter(budget -> areArmsReady(task, budget))
                .filter(
                    budget -> subset(task, rows, budget).size() * task.getMinPoolFactor() <= pool)
                .toList());
  }
}
