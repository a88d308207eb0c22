package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Candidates that take the place of many withdrawn ones, in slices of one candidate. */
class SuccessorsTest {
  private static final int BUDGET = 3;

  private final ShardFixture shard = new ShardFixture(0);

  /** The candidates c0 to c7, of which c0 is the most similar to the only query. */
  @BeforeEach
  void selectTheFirstThree() {
    TargetTask task = Examples.task("t", 1, 1, BUDGET);
    shard.define(task);
    shard.represent(Examples.query(task, 0, vector(0)));
    for (int c = 0; c < 8; c++) {
      shard.arrive(Examples.representation("c" + c, vector(c + 1)));
    }
    shard.tick();
    shard.takeReports();
  }

  /** The larger the angle, the less similar to the query, whose angle is 0. */
  private static float[] vector(int angle) {
    return new float[] {
      (float) Math.cos(angle / 10.0), (float) Math.sin(angle / 10.0), 0, 0, 0, 0, 0, 0
    };
  }

  @Test
  void
      givenAllSelectedAreRetracted_whenSuccessorsAreNominated_thenOneInASliceAndTheRestIsWaiting() {
    retractTheFirstThree();
    shard.tick();
    List<Object> reports = reports();
    assertThat(nominated(reports)).isEmpty();
    assertThat(waiting(reports)).containsExactly(3L);

    shard.slice();
    assertThat(nominated(reports())).containsExactly("c3");

    shard.tick();
    reports = reports();
    assertThat(nominated(reports)).containsExactly("c4");
    assertThat(waiting(reports)).containsExactly(1L);

    shard.tick();
    reports = reports();
    assertThat(nominated(reports)).containsExactly("c5");
    assertThat(waiting(reports)).containsExactly(0L);
  }

  @Test
  void
      givenSuccessorsAreDue_whenABetterCandidateArrives_thenItIsNominatedAtOnceAndOneIsNotNeeded() {
    retractTheFirstThree();
    shard.tick();
    reports();

    shard.arrive(Examples.representation("new", vector(0)));
    shard.slice();
    assertThat(nominated(reports())).startsWith("new");

    for (int slice = 0; slice < 3; slice++) {
      shard.slice();
    }
    assertThat(nominated(reports())).containsExactly("c4");
  }

  @Test
  void givenSuccessorsAreDue_whenOneIsRetracted_thenItIsNotNominatedAndItsOwnSuccessorIs() {
    retractTheFirstThree();
    shard.tick();
    shard.retract("default", "c4");
    reports();

    for (int tick = 0; tick < 5; tick++) {
      shard.tick();
    }

    List<Object> reports = reports();
    assertThat(nominated(reports)).containsExactly("c3", "c5", "c6");
    assertThat(waiting(reports)).endsWith(0L);
  }

  @Test
  void givenSomeSuccessorsAreNominated_whenStartedAgain_thenAllAreNominatedAndThenNoMore() {
    retractTheFirstThree();
    shard.tick();
    shard.slice();
    assertThat(nominated(reports())).containsExactly("c3");

    shard.restart();
    for (int tick = 0; tick < 4; tick++) {
      shard.tick();
    }
    assertThat(nominated(reports())).containsExactly("c3", "c4", "c5");

    shard.restart();
    shard.tick();
    shard.tick();
    assertThat(nominated(reports())).isEmpty();
  }

  @Test
  void givenAPassOverTheRowsTookLong_whenMoreIsRetracted_thenSuccessorsAreFoundLaterAndWaiting() {
    shard.letTimePass(Duration.ofSeconds(1));
    shard.retract("default", "c0");
    shard.tick();
    shard.slice();
    assertThat(nominated(reports())).containsExactly("c3");

    shard.retract("default", "c1");
    shard.tick();
    List<Object> reports = reports();
    assertThat(nominated(reports)).isEmpty();
    assertThat(waiting(reports)).containsExactly(1L);

    int ticks = 0;
    do {
      shard.tick();
      reports = reports();
      ticks++;
    } while (nominated(reports).isEmpty() && ticks < 20);
    assertThat(nominated(reports)).containsExactly("c4");
    assertThat(waiting(reports)).endsWith(0L);
  }

  private void retractTheFirstThree() {
    for (int c = 0; c < BUDGET; c++) {
      shard.retract("default", "c" + c);
    }
  }

  private List<Object> reports() {
    return shard.takeReports().stream().map(report -> report.getBody()).toList();
  }

  private static List<String> nominated(List<Object> reports) {
    return reports.stream()
        .filter(Nomination.class::isInstance)
        .map(body -> ((Nomination) body).getCandidate().getId())
        .toList();
  }

  private static List<Long> waiting(List<Object> reports) {
    return reports.stream()
        .filter(PoolCount.class::isInstance)
        .map(body -> ((PoolCount) body).getWaiting())
        .toList();
  }
}
