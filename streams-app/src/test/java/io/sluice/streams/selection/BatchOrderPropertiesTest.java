package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The batch order against the plain rule of the tests, and against selections. */
class BatchOrderPropertiesTest {
  @Provide
  Arbitrary<float[][]> tables() {
    // Few values, so that there are ties, and both zeros.
    Arbitrary<Float> scores =
        Arbitraries.of(-1f, -0.75f, -0.5f, -0.25f, -0.0f, 0.0f, 0.25f, 0.5f, 0.7500001f, 0.75f, 1f);
    return Arbitraries.integers()
        .between(1, 5)
        .flatMap(
            queries ->
                Arbitraries.integers()
                    .between(0, 40)
                    .flatMap(
                        columns ->
                            scores
                                .array(Float[].class)
                                .ofSize(columns)
                                .map(BatchOrderPropertiesTest::unboxed)
                                .array(float[][].class)
                                .ofSize(queries)));
  }

  private static float[] unboxed(Float[] boxed) {
    float[] values = new float[boxed.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = boxed[i];
    }
    return values;
  }

  @Provide
  Arbitrary<Algorithm> algorithms() {
    return Arbitraries.of(
        new Algorithm.RoundRobin(),
        new Algorithm.DoublyGreedy(),
        new Algorithm.KnnUniform(3),
        new Algorithm.KnnUniform(),
        new Algorithm.Random(0),
        new Algorithm.Random(7));
  }

  @Property(tries = 500)
  void equalsThePlainRuleAndTheSelection(
      @ForAll("algorithms") Algorithm algorithm,
      @ForAll("tables") float[][] rows,
      @ForAll @IntRange(min = 1, max = 45) int budget) {
    int columns = rows[0].length;
    float[][] candidates = new float[columns][rows.length];
    for (int column = 0; column < columns; column++) {
      for (int query = 0; query < rows.length; query++) {
        candidates[column][query] = rows[query][column];
      }
    }
    Selection<Integer> selection = algorithm.emptySelection(rows.length, budget);
    for (int column = columns - 1; column >= 0; column--) {
      selection.offer(column, candidates[column]);
    }
    List<Integer> pool = IntStream.range(0, columns).boxed().toList();

    List<Slot<Integer>> order = BatchOrder.select(algorithm, rows, budget, String::valueOf);

    assertThat(order).usingRecursiveFieldByFieldElementComparator().isEqualTo(selection.slots());
    assertThat(order)
        .extracting(Slot::id)
        .isEqualTo(
            BatchRule.select(algorithm, candidates, pool, budget).stream().map(Slot::id).toList());
  }
}
