package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.Withdrawal;
import io.sluice.streams.Examples;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which withdrawals make an example of a job retracted, when an arm has another representation. */
class CompanionRetractionTest {
  private final SelectFixture select = new SelectFixture(1);

  /** The task selects c1 and c2, and its arm by representation other c2 and c3. */
  @BeforeEach
  void fire() {
    select.define(
        TargetTask.newBuilder(Examples.task("t", 1, 1, 2))
            .setArms(List.of(new TaskArm("rds", "other", "round-robin")))
            .build());
    nominate("t", "c1", 0.9f);
    nominate("t", "c2", 0.8f);
    nominate("t@other", "c2", 0.9f);
    nominate("t@other", "c3", 0.8f);
    for (String id : List.of("t", "t@other")) {
      select.report(report(id, PoolCount.newBuilder().setScored(20).setWaiting(0).build()));
    }
    select.tick();
    assertThat(select.fired()).hasSize(1);
  }

  @Test
  void givenACandidateOfTheArmAlone_whenItsCompanionWithdrawsIt_thenItIsRetracted() {
    withdraw("t@other", "c3");

    assertThat(retracted()).containsExactly("c3");
  }

  @Test
  void givenACandidateOfTheArmAlone_whenTheTaskWithdrawsIt_thenTheArmsExampleStays() {
    withdraw("t", "c3");

    assertThat(retracted()).isEmpty();
  }

  @Test
  void givenACandidateOfBoth_whenTheCompanionWithdrawsIt_thenItWaitsForTheTasksOwnWithdrawal() {
    withdraw("t@other", "c2");
    assertThat(retracted()).isEmpty();

    select.restart();
    withdraw("t", "c2");

    assertThat(retracted()).containsExactly("c2");
  }

  @Test
  void givenARestart_whenTheCompanionWithdrawsACandidateOfTheArm_thenItIsRetracted() {
    select.restart();

    withdraw("t@other", "c3");

    assertThat(retracted()).containsExactly("c3");
  }

  private List<String> retracted() {
    FineTuneJob job = select.fired().get(0).job();
    return select.job(job.getJobId()).getRetracted();
  }

  private void nominate(String id, String candidateId, float score) {
    select.report(
        report(
            id,
            Nomination.newBuilder()
                .setScores(List.of(score))
                .setCandidate(Examples.candidate(candidateId))
                .build()));
  }

  private void withdraw(String id, String candidateId) {
    select.report(report(id, new Withdrawal(candidateId)));
    select.tick();
  }

  private static ShardReport report(String id, Object body) {
    return new ShardReport(id, 1, 0, body);
  }
}
