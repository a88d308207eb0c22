package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Candidates that take the place of withdrawn ones in several tasks. */
class SharedSuccessorsTest {
  /** A slice has no end while the clock stands still, and does all that is due. */
  private final ShardFixture shard = new ShardFixture(0, Duration.ofSeconds(1));

  @Test
  void givenTasksWithTheSameSuccessors_whenNominated_thenThePartitionIsReadOnceForAll() {
    for (String id : List.of("t", "u", "v")) {
      TargetTask task = Examples.task(id, 1, 1, 3);
      shard.define(task);
      shard.represent(Examples.query(task, 0, vector(0)));
    }
    for (int c = 0; c < 8; c++) {
      shard.arrive(Examples.representation("c" + c, vector(c + 1)));
    }
    shard.tick();
    nominated();
    int jumps = shard.jumps();

    for (int c = 0; c < 3; c++) {
      shard.retract("default", "c" + c);
    }
    shard.letTimePass(Duration.ofSeconds(1));
    while (nominations < 9) {
      shard.tick();
      nominations += nominated().size();
    }

    assertThat(nominations).isEqualTo(9);
    assertThat(shard.jumps() - jumps).isLessThanOrEqualTo(3);
  }

  private int nominations;

  private List<String> nominated() {
    return shard.takeReports().stream()
        .map(report -> report.getBody())
        .filter(Nomination.class::isInstance)
        .map(body -> ((Nomination) body).getCandidate().getId())
        .toList();
  }

  private static float[] vector(int angle) {
    return new float[] {
      (float) Math.cos(angle / 10.0), (float) Math.sin(angle / 10.0), 0, 0, 0, 0, 0, 0
    };
  }
}
