package io.sluice.local.bundled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.similarity.QueryMatrix;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that a first run with the bundled model and data shows a convincing selection. */
class BundledSelectionTest {
  private static final int POOL = 480;
  private static final int BUDGET = 20;

  @TempDir Path dir;

  @Test
  void givenTheBundledModel_whenItRepresentsTheData_thenEachTaskSelectsMostlyItsOwnSkill()
      throws Exception {
    WrittenModel model = BundledModel.write(dir);
    BundledData data = BundledData.make();
    List<Candidate> pool = data.candidates().subList(0, POOL);
    try (Representer representer =
        ExampleRepresenter.open(
            RepresentationSettings.gradient(model.base(), model.checkpoints()))) {
      // The linear schedule of the warm-up: the epochs' mean learning rates are as 135 to 55.
      assertThat(representer.checkpointWeights())
          .containsExactly(new float[] {135f / 190, 55f / 190}, within(1e-6f));
      List<Represented> candidates = represented(representer.candidates(pool));
      assertThat(median(candidates.stream().mapToInt(Represented::tokens)))
          .as("median tokens of a candidate; short ones keep the first run quick")
          .isLessThan(60);
      for (Map.Entry<String, List<Query>> task : data.tasks().entrySet()) {
        QueryMatrix queries = matrix(representer, task.getValue());
        Selection<String> selection =
            new Algorithm.RoundRobin().emptySelection(queries.queries(), BUDGET);
        for (int i = 0; i < POOL; i++) {
          selection.offer(pool.get(i).getId(), queries.score(candidates.get(i).rows()));
        }
        assertThat(selection.prefix(BUDGET))
            .as("candidates of the skill of task %s, which is 1 in 12 of the pool", task.getKey())
            .filteredOn(id -> id.startsWith(task.getKey()))
            .hasSizeGreaterThanOrEqualTo(BUDGET * 3 / 5);
      }
    }
  }

  private static int median(IntStream values) {
    int[] sorted = values.sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static QueryMatrix matrix(Representer representer, List<Query> queries) {
    float[][][] vectors =
        represented(representer.queries(queries)).stream()
            .map(Represented::rows)
            .toArray(float[][][]::new);
    return new QueryMatrix(vectors, representer.checkpointWeights());
  }

  private static List<Represented> represented(List<Outcome> outcomes) {
    assertThat(outcomes).allMatch(Represented.class::isInstance);
    return outcomes.stream().map(Represented.class::cast).toList();
  }
}
