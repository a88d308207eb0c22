package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import io.sluice.streams.Examples;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard that starts with the stores of an earlier run. */
class NominateProcessorStartTest {
  private final TargetTask task = Examples.task("t", 1, 1, 2);
  private final ShardFixture shard = new ShardFixture(0);

  @BeforeEach
  void defineTask() {
    shard.define(task);
    shard.represent(Examples.query(task, 0, new float[] {1, 0, 0, 0, 0, 0, 0, 0}));
    for (int c = 1; c <= 4; c++) {
      shard.arrive(Examples.representation("c" + c, new float[] {c, 1, 0, 0, 0, 0, 0, 0}));
    }
    shard.tick();
    shard.takeReports();
  }

  @Test
  void givenAllScored_whenStartedAgain_thenItReportsItsCountAndNothingElse() {
    shard.restart();
    shard.tick();

    assertThat(shard.takeReports())
        .extracting(ShardReport::getBody)
        .containsExactly(
            PoolCount.newBuilder()
                .setScored(4L)
                .setWaiting(0L)
                .setOffset(4L)
                .setFingerprint(Examples.FINGERPRINT)
                .setTextForm(Examples.TEXT_FORM)
                .setTokenizer(Examples.TOKENIZER)
                .build());
  }

  @Test
  void givenAWithdrawalWhoseSuccessorIsDue_whenStartedAgain_thenTheSuccessorIsNominated() {
    shard.retract("default", "c4");
    assertThat(shard.takeReports())
        .extracting(ShardReport::getBody)
        .containsExactly(new Withdrawal("c4"));

    shard.restart();
    for (int tick = 0; tick < 3; tick++) {
      shard.tick();
    }

    List<Object> reports = shard.takeReports().stream().map(ShardReport::getBody).toList();
    assertThat(reports)
        .filteredOn(Nomination.class::isInstance)
        .extracting(body -> ((Nomination) body).getCandidate().getId())
        .contains("c2");
    assertThat(reports)
        .endsWith(
            PoolCount.newBuilder()
                .setScored(3L)
                .setWaiting(0L)
                .setOffset(5L)
                .setFingerprint(Examples.FINGERPRINT)
                .setTextForm(Examples.TEXT_FORM)
                .setTokenizer(Examples.TOKENIZER)
                .build());
  }

  @Test
  void givenASuccessorThatWasCompactedAway_whenItsLaterRecordArrives_thenItIsNominated() {
    shard.retract("default", "c4");
    shard.send(Examples.representation("c3", new float[] {3, 1, 0, 0, 0, 0, 0, 0}));
    shard.compactAll();
    shard.restart();
    for (int tick = 0; tick < 3; tick++) {
      shard.tick();
    }
    assertThat(nominated()).containsExactly("c2");

    shard.deliver();

    assertThat(nominated()).containsExactly("c3");
  }

  private List<String> nominated() {
    return shard.takeReports().stream()
        .map(ShardReport::getBody)
        .filter(Nomination.class::isInstance)
        .map(body -> ((Nomination) body).getCandidate().getId())
        .toList();
  }

  @Test
  void givenARemovedTaskWhoseRowsAreNotYetDeleted_whenStartedAgain_thenTheyAreDeleted() {
    shard.remove("t");
    assertThat(shard.storedRows("t", 1)).isEqualTo(4);

    shard.restart();
    shard.tick();

    assertThat(shard.storedRows("t", 1)).isZero();
    assertThat(shard.takeReports()).isEmpty();
  }

  @Test
  void givenARevisionHalfScored_whenStartedAgain_thenTheRestIsScoredOnce() {
    Random random = new Random(3);
    for (int c = 0; c < 60; c++) {
      shard.arrive(Examples.representation("more" + c, Examples.vector(random)));
    }
    TargetTask newer = Examples.task("t", 2, 1, 2);
    shard.define(newer);
    shard.represent(Examples.query(newer, 0, Examples.vector(random)));
    shard.slice();
    assertThat(shard.storedRows("t", 2)).isEqualTo(32);

    shard.restart();
    shard.slice();
    shard.tick();

    assertThat(shard.storedRows("t", 2)).isEqualTo(64);
    assertThat(shard.takeReports())
        .filteredOn(report -> report.getRevision() == 2)
        .extracting(ShardReport::getBody)
        .contains(
            PoolCount.newBuilder()
                .setScored(64L)
                .setWaiting(0L)
                .setOffset(64L)
                .setFingerprint(Examples.FINGERPRINT)
                .setTextForm(Examples.TEXT_FORM)
                .setTokenizer(Examples.TOKENIZER)
                .build());
  }
}
