package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import io.sluice.schemas.JobTrigger;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.streams.Examples;
import io.sluice.streams.deadletter.InvalidRecordException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * When jobs fire, over time and restarts, for a task with one query, a budget of 4 and a minimum
 * pool of 8.
 */
class JobTriggersTest {
  private static final Duration COOLDOWN = Duration.ofMinutes(10);

  private final SelectFixture select = new SelectFixture(1);
  private int nominated;

  @BeforeEach
  void defineTask() {
    select.define(task(1));
  }

  @Test
  void givenAFullTierAndPool_whenTickedAndRestartedAgainAndAgain_thenOneJobFires() {
    nominate(1, 4);
    count(1, 7);
    select.tick();
    assertThat(select.fired()).isEmpty();

    count(1, 8);
    for (int i = 0; i < 3; i++) {
      select.tick();
      select.restart();
      count(1, 8);
    }

    assertThat(select.fired()).hasSize(1);
    assertThat(select.fired().get(0).job().getTrigger()).isEqualTo(JobTrigger.FULL);
    assertThat(select.fired().get(0).job().getPoolSize()).isEqualTo(8);
  }

  @Test
  void givenAJobThatEnded_whenHalfTheSubsetChanges_thenTheNextFiresAfterTheCooldownByItself() {
    fireFirst();
    select.end(last().getJobId(), FineTuneState.FINISHED);

    nominate(1, 1);
    select.tick();
    nominate(1, 1);
    select.advance(COOLDOWN.minusMillis(1));
    select.tick();
    assertThat(select.fired()).as("before the cooldown has passed").hasSize(1);

    select.advance(Duration.ofMillis(1));
    select.tick();

    assertThat(select.fired()).hasSize(2);
    assertThat(last().getTrigger()).isEqualTo(JobTrigger.REFRESH);
    assertThat(last().getSequence()).isEqualTo(1);
    assertThat(last().getFiredAt()).isEqualTo(COOLDOWN.toMillis());
  }

  @Test
  void givenARunningCooldown_whenRestarted_thenItIsStillRespected() {
    fireFirst();
    select.end(last().getJobId(), FineTuneState.FAILED);
    nominate(1, 2);
    select.tick();

    select.restart();
    select.tick();
    assertThat(select.fired()).hasSize(1);
    select.advance(COOLDOWN);
    select.tick();

    assertThat(select.fired()).hasSize(2);
  }

  @Test
  void givenASmallChange_whenTheCooldownHasPassed_thenNothingFires() {
    fireFirst();
    select.end(last().getJobId(), FineTuneState.FINISHED);
    nominate(1, 1);
    select.advance(COOLDOWN.multipliedBy(10));

    select.tick();

    assertThat(select.fired()).hasSize(1);
  }

  @Test
  void givenAnOpenJob_whenTheNextIsDue_thenItFiresOnlyAfterTheOpenOneHasEnded() {
    fireFirst();
    nominate(1, 4);
    select.advance(COOLDOWN.multipliedBy(10));
    select.tick();
    select.restart();
    select.tick();
    assertThat(select.fired()).hasSize(1);

    select.cancel("t", last().getJobId());
    select.tick();

    assertThat(select.fired()).hasSize(2);
  }

  @Test
  void givenAnOpenJobOfAnOlderRevision_whenTheNewOneIsServed_thenItsJobWaitsUntilTheOlderJobEnds() {
    fireFirst();
    FineTuneJob older = last();
    select.define(task(2));
    nominate(2, 4);
    count(2, 8);
    select.tick();
    assertThat(select.fired()).hasSize(1);

    select.end(older.getJobId(), FineTuneState.FINISHED);
    select.tick();

    assertThat(last().getRevision()).isEqualTo(2);
    assertThat(last().getTrigger()).isEqualTo(JobTrigger.FULL);
  }

  @Test
  void givenAJobOfABudgetThatTheTaskHasNoMore_whenItEnds_thenTheStatusCountsItAsOpenUntilThen() {
    fireFirst();
    FineTuneJob older = last();
    assertThat(openJobs()).isEqualTo(1);

    select.define(TargetTask.newBuilder(task(2)).setBudgets(List.of(3)).build());
    nominate(2, 1);
    count(2, 1);
    select.tick();
    assertThat(select.statuses().get("t").getRevision()).isEqualTo(2);
    assertThat(openJobs()).isEqualTo(1);
    select.restart();
    select.tick();
    assertThat(openJobs()).as("after a restart").isEqualTo(1);

    select.end(older.getJobId(), FineTuneState.FINISHED);
    select.tick();
    assertThat(openJobs()).isZero();
  }

  private int openJobs() {
    return select.statuses().get("t").getOpenJobs();
  }

  @Test
  void givenASmallPool_whenAJobIsRequested_thenItFiresAtOnceAndASecondIsRefused() {
    nominate(1, 4);
    count(1, 4);

    select.fire("t", 4, "request-1");

    assertThat(last().getTrigger()).isEqualTo(JobTrigger.MANUAL);
    assertThat(last().getRequestId()).isEqualTo("request-1");
    assertThatThrownBy(() -> select.fire("t", 4, "request-2"))
        .isInstanceOf(InvalidRecordException.class)
        .hasMessageContaining("open");
  }

  @Test
  void givenATierThatIsNotFull_whenAJobIsRequested_thenItIsRefused() {
    nominate(1, 3);
    assertThatThrownBy(() -> select.fire("t", 4, "r")).hasMessageContaining("still being scored");
    count(1, 3);
    assertThatThrownBy(() -> select.fire("t", 4, "r")).hasMessageContaining("3 of 4");
  }

  @Test
  void givenAWithdrawnCandidate_whenItsSuccessorMayNotBeNominatedYet_thenNothingFires() {
    nominate(1, 6);
    count(1, 7);
    select.tick();
    select.report(report(1, new Withdrawal("c5")));
    select.restart();

    select.tick();
    assertThatThrownBy(() -> select.fire("t", 4, "r")).hasMessageContaining("still being scored");
    nominate(1, 1);
    count(1, 7);
    select.fire("t", 4, "r");

    assertThat(select.fired()).hasSize(1);
    assertThat(select.fired().get(0).dataset())
        .filteredOn(example -> example.getPart() == DatasetPart.SELECTED)
        .extracting("candidateId")
        .containsExactly("c6", "c4", "c3", "c2");
  }

  @Test
  void givenATaskWithAnOpenJob_whenRemoved_thenTheJobIsCancelledWithTheReason() {
    fireFirst();

    select.remove("t");

    FineTuneJob job = select.job(last().getJobId());
    assertThat(job.getState()).isEqualTo(JobState.CANCELLED);
    assertThat(job.getDetail()).contains("removed");
  }

  @Test
  void givenARandomExampleOfAJob_whenWithdrawn_thenTheJobListsItAsRetracted() {
    nominate(1, 30);
    count(1, 30);
    select.tick();
    String random =
        select.fired().get(0).dataset().stream()
            .filter(example -> example.getPart() == DatasetPart.RANDOM)
            .map(example -> example.getCandidateId())
            .filter(id -> Integer.parseInt(id.substring(1)) < 26)
            .findFirst()
            .orElseThrow();

    select.report(report(1, new Withdrawal(random)));
    select.tick();

    assertThat(select.job(last().getJobId()).getRetracted()).containsExactly(random);
  }

  @Test
  void givenUnpublishedWithdrawals_whenRestarted_thenTheJobIsPublishedOnceWithAllOfThem() {
    fireFirst();
    List<String> selected =
        select.fired().get(0).dataset().stream()
            .filter(example -> example.getPart() == DatasetPart.SELECTED)
            .map(DatasetRecord::getCandidateId)
            .toList();

    selected.forEach(id -> select.report(report(1, new Withdrawal(id))));
    assertThat(select.jobChanges()).isEmpty();
    select.restart();
    select.tick();
    select.restart();
    select.tick();

    assertThat(select.jobChanges()).hasSize(1);
    assertThat(select.job(last().getJobId()).getRetracted())
        .containsExactlyInAnyOrderElementsOf(selected);
  }

  @Test
  void givenARandomOrderWhoseFirstCandidateExceedsTheTokens_whenFired_thenTheControlIsEmpty() {
    fireFirst();
    String first =
        select.fired().get(0).dataset().stream()
            .filter(example -> example.getPart() == DatasetPart.RANDOM && example.getRank() == 0)
            .map(DatasetRecord::getCandidateId)
            .findFirst()
            .orElseThrow();
    select.end(last().getJobId(), FineTuneState.FINISHED);
    select.define(TargetTask.newBuilder(task(2)).setBudgetTokens(List.of(10L)).build());
    for (String id : List.of("c0", "c1", "c2", "c3")) {
      select.report(
          report(
              2,
              Nomination.newBuilder()
                  .setScores(List.of(id.equals(first) ? 0.1f : 0.5f))
                  .setLearntTokens(id.equals(first) ? 11 : 1)
                  .setCandidate(Examples.candidate(id))
                  .build()));
    }
    count(2, 8);
    select.tick();

    assertThat(last().getRevision()).isEqualTo(2);
    assertThat(last().getExamples()).isEqualTo(3);
    assertThat(last().getControls()).contains(Arm.RANDOM);
    assertThat(last().getRandomExamples()).isZero();
  }

  @Test
  void givenABudgetInTokens_whenTheNextCandidateDoesNotFit_thenTheStatusSaysThatItIsFull() {
    select.define(TargetTask.newBuilder(task(2)).setBudgetTokens(List.of(10L)).build());
    count(2, 3);
    assertThat(full("c0", 6, 0.9f)).as("6 of 10 tokens").isFalse();
    assertThat(full("c1", 3, 0.8f)).as("9 of 10 tokens, and no other candidate").isFalse();
    assertThat(full("c2", 2, 0.7f)).as("9 of 10 tokens, and the next one has 2").isTrue();
    assertThat(full("c3", 1, 0.75f)).as("10 of 10 tokens").isTrue();
    assertThat(select.statuses().get("t").getTiers().get(0).getFilled()).isEqualTo(3);
  }

  @Test
  void givenABudgetInExamples_whenItIsFull_thenItsStatusIsWrittenAsByTheFirstRelease() {
    fireFirst();
    assertThat(select.statuses().get("t").getTiers().get(0).getFilled()).isEqualTo(4);
    assertThat(select.statuses().get("t").getTiers().get(0).getFull()).isFalse();
  }

  /** Whether the only tier is full after a candidate has been nominated. */
  private boolean full(String id, int learntTokens, float score) {
    select.report(
        report(
            2,
            Nomination.newBuilder()
                .setScores(List.of(score))
                .setLearntTokens(learntTokens)
                .setCandidate(Examples.candidate(id))
                .build()));
    select.tick();
    return select.statuses().get("t").getTiers().get(0).getFull();
  }

  @Test
  void givenMoreRetractionsThanARecordHasRoomFor_whenPublished_thenTheOpenJobIsCancelled() {
    int budget = 200;
    select.define(TargetTask.newBuilder(task(2)).setBudgets(List.of(budget)).build());
    List<String> ids = IntStream.range(0, budget).mapToObj(i -> "%0256d".formatted(i)).toList();
    for (String id : ids) {
      select.report(
          report(
              2,
              Nomination.newBuilder()
                  .setScores(List.of(0.5f))
                  .setCandidate(Examples.candidate(id))
                  .build()));
    }
    count(2, 2 * budget);
    select.tick();
    FineTuneJob job = last();

    ids.forEach(id -> select.report(report(2, new Withdrawal(id))));
    select.tick();
    select.restart();
    select.tick();

    FineTuneJob changed = select.job(job.getJobId());
    assertThat(changed.getState()).isEqualTo(JobState.CANCELLED);
    assertThat(changed.getDetail()).contains("fire a new job");
    assertThat(changed.getRetractedIncomplete()).isTrue();
    assertThat(changed.getRetracted()).hasSizeBetween(100, budget - 1).isSubsetOf(ids);
    assertThat(encoded(changed).length).isLessThan(SelectFixture.LIMIT.bytes());
    assertThat(select.jobChanges()).as("published once").hasSize(1);
  }

  private static byte[] encoded(FineTuneJob job) {
    return AvroSerdes.forRegistry("mock://JobTriggersTest")
        .value()
        .serializer()
        .serialize("j", job);
  }

  private void fireFirst() {
    nominate(1, 4);
    count(1, 8);
    select.tick();
    assertThat(select.fired()).hasSize(1);
  }

  private FineTuneJob last() {
    return select.fired().get(select.fired().size() - 1).job();
  }

  /** Nominates this many more candidates, c0, c1, ..., each with a higher score than the last. */
  private void nominate(int revision, int more) {
    for (int i = 0; i < more; i++) {
      float score = nominated / 1000f;
      select.report(
          report(
              revision,
              Nomination.newBuilder()
                  .setScores(List.of(score))
                  .setCandidate(Examples.candidate("c" + nominated++))
                  .build()));
    }
  }

  private void count(int revision, long pool) {
    select.report(
        report(
            revision,
            PoolCount.newBuilder()
                .setScored(pool)
                .setWaiting(0L)
                .setFingerprint(Examples.FINGERPRINT)
                .build()));
  }

  private static ShardReport report(int revision, Object body) {
    return new ShardReport("t", revision, 0, body);
  }

  private static TargetTask task(int revision) {
    return TargetTask.newBuilder(Examples.task("t", revision, 1, 4))
        .setMinPoolFactor(2)
        .setRefreshTurnover(0.5)
        .setCooldown((int) COOLDOWN.toSeconds())
        .setControls(List.of(Arm.NONE, Arm.RANDOM))
        .build();
  }
}
