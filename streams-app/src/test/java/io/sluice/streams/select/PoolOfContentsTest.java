package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.ContentPresence;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.Rules;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.Examples;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pool of a task whose contents count once, over two shards. */
class PoolOfContentsTest {
  private final SelectFixture select = new SelectFixture(2);

  @BeforeEach
  void defineTask() {
    select.define(task(1));
  }

  @Test
  void givenAContentInTwoShards_whenBothHaveReported_thenItCountsOnce() {
    content(1, 0, 7, true);
    content(1, 0, -8, true);
    content(1, 1, 7, true);
    count(1, 0, 3);
    count(1, 1, 1);

    assertThat(status().getPool()).isEqualTo(2);
    assertThat(status().getLeftOut()).isEqualTo(Map.of("duplicate", 2L));
  }

  @Test
  void givenAContentInTwoShards_whenItLeavesThem_thenItLeavesThePoolWithTheSecond() {
    content(1, 0, 7, true);
    content(1, 1, 7, true);
    count(1, 0, 1);
    count(1, 1, 1);

    content(1, 0, 7, false);
    count(1, 0, 0);
    assertThat(status().getPool()).isEqualTo(1);
    assertThat(status().getLeftOut()).isEmpty();
    content(1, 1, 7, false);
    count(1, 1, 0);

    assertThat(status().getPool()).isZero();
    assertThat(status().getLeftOut()).isEmpty();
    assertThat(select.storedContents("t", 1)).isZero();
  }

  @Test
  void givenContents_whenTheCountsOfShardsAreStillToCome_thenNoDuplicatesAreCounted() {
    content(1, 0, 7, true);
    content(1, 1, 8, true);
    count(1, 1, 1);

    assertThat(status().getPool()).isEqualTo(2);
    assertThat(status().getLeftOut()).isEmpty();
  }

  @Test
  void givenContents_whenRestartedAndReportedAgain_thenTheNumbersStayTheSame() {
    content(1, 0, 7, true);
    content(1, 1, 7, true);
    count(1, 0, 2);
    count(1, 1, 1);

    select.restart();
    content(1, 1, 7, true);

    assertThat(status().getPool()).isEqualTo(1);
    assertThat(status().getLeftOut()).isEqualTo(Map.of("duplicate", 2L));
  }

  @Test
  void
      givenMoreContentsThanAreDeletedAtOnce_whenARevisionReplacesTheirs_thenTheyAreDeletedInSteps() {
    int contents = 2_500;
    for (int c = 0; c < contents; c++) {
      content(1, 0, c, true);
    }
    select.define(task(2));
    content(2, 1, 7, true);
    count(2, 0, 0);
    count(2, 1, 1);

    assertThat(status().getRevision()).isEqualTo(2);
    assertThat(status().getPool()).isEqualTo(1);
    assertThat(select.storedContents("t", 1)).isBetween(1L, contents - 1L);
    select.restart();
    status();
    assertThat(select.storedContents("t", 1)).isZero();
    assertThat(select.storedContents("t", 2)).isEqualTo(1);
  }

  @Test
  void givenAPoolThatIsLargeEnoughOnlyWithDuplicates_whenCounted_thenNoJobFires() {
    for (String id : List.of("c1", "c2")) {
      select.report(
          report(
              1,
              0,
              Nomination.newBuilder()
                  .setScores(List.of(0.5f))
                  .setCandidate(Examples.candidate(id))
                  .setContent(id)
                  .build()));
    }
    content(1, 0, 1, true);
    content(1, 0, 2, true);
    content(1, 1, 1, true);
    content(1, 1, 2, true);
    count(1, 0, 2);
    count(1, 1, 2);
    select.tick();
    assertThat(select.fired()).isEmpty();

    content(1, 1, 3, true);
    content(1, 1, 4, true);
    count(1, 1, 4);
    select.tick();

    assertThat(select.fired()).hasSize(1);
    assertThat(select.fired().get(0).job().getPoolSize()).isEqualTo(4);
  }

  private TaskStatus status() {
    select.tick();
    return select.statuses().get("t");
  }

  private void content(int revision, int shard, long content, boolean present) {
    select.report(report(revision, shard, new ContentPresence(content, present)));
  }

  private void count(int revision, int shard, long scored) {
    select.report(
        report(revision, shard, PoolCount.newBuilder().setScored(scored).setWaiting(0L).build()));
  }

  private static ShardReport report(int revision, int shard, Object body) {
    return new ShardReport("t", revision, shard, body);
  }

  private static TargetTask task(int revision) {
    return TargetTask.newBuilder(Examples.task("t", revision, 1, 2))
        .setMinPoolFactor(2)
        .setRules(Rules.newBuilder().setDuplicates(Duplicates.ONE).build())
        .build();
  }
}
