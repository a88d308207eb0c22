package io.sluice.local.cli.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.TargetTask;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmallPoolTest {
  @Test
  void givenKnnUniform_whenThePoolHasNoMoreCandidatesThanNeighboursCount_thenThatIsSaid() {
    assertThat(SmallPool.remark(task("knn-uniform"), 5_000)).get().asString().contains("5,000");
    assertThat(SmallPool.remark(task("knn-uniform"), 5_001)).isEmpty();
    assertThat(SmallPool.remark(task("round-robin"), 10)).isEmpty();
  }

  private static TargetTask task(String algorithm) {
    return TargetTask.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setBudgets(List.of(1))
        .setQueries(List.of())
        .setAlgorithm(algorithm)
        .build();
  }
}
