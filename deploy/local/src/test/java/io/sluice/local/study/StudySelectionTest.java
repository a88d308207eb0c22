package io.sluice.local.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.transport.Masses;
import io.sluice.streams.transport.PoolScores;
import io.sluice.streams.transport.UnbalancedTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StudySelectionTest {
  private static final String TASK = "maths";
  private static final String REPRESENTATION = "gradient";

  private final float[][] scores = scores();
  private final StudySubsets subsets = subsets();

  private static float[][] scores() {
    try {
      return SmallStudy.similarities().scores(REPRESENTATION, TASK);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static StudySubsets subsets() {
    try {
      return StudySelection.select(
          SmallStudy.plan(), SmallStudy.pool(), SmallStudy.similarities(), () -> {});
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<Integer> of(StudyArm arm, int budget, int seed) {
    return subsets.of(new StudyCell(TASK, arm, budget, seed));
  }

  private List<Integer> selected(String algorithm, int budget) {
    return of(new StudyArm.Selected(REPRESENTATION, algorithm), budget, 0);
  }

  @Test
  void givenScores_whenSelected_thenTheSubsetsAreThoseOfTheRules() {
    assertThat(selected("round-robin", 8)).isEqualTo(roundRobin().subList(0, 8));
    assertThat(selected("doubly-greedy", 8))
        .isEqualTo(
            IntStream.range(0, SmallStudy.CANDIDATES)
                .boxed()
                .sorted(Comparator.comparingDouble(candidate -> -best(candidate)))
                .limit(8)
                .toList());
    assertThat(selected("uot", 8))
        .isEqualTo(
            Masses.ranked(UnbalancedTransport.masses(new PoolScores(scores), rows -> {}), 8));
    assertThat(selected("knn-kde", 8)).hasSize(8).doesNotHaveDuplicates();
    assertThat(selected("knn-uniform", 8)).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void givenBudgetsAndSeeds_whenSelected_thenTheSmallerIsAPrefixAndSelectedSubsetsHaveNoSeed() {
    StudyArm arm = new StudyArm.Selected(REPRESENTATION, "round-robin");

    assertThat(of(arm, 4, 0)).isEqualTo(of(arm, 8, 0).subList(0, 4));
    assertThat(of(arm, 8, 1)).isEqualTo(of(arm, 8, 0));
    assertThat(of(StudyArm.RANDOM, 4, 1)).isEqualTo(of(StudyArm.RANDOM, 8, 1).subList(0, 4));
    assertThat(of(StudyArm.RANDOM, 8, 1)).isNotEqualTo(of(StudyArm.RANDOM, 8, 0));
    assertThat(of(StudyArm.NONE, 0, 0)).isEmpty();
  }

  @Test
  void givenASeed_whenDrawnAtRandom_thenAsARunningSystemDrawsByIds() {
    Selection<String> drawn = new Algorithm.Random(1).emptySelection(1, 8);
    SmallStudy.pool().ids().forEach(id -> drawn.offer(id, new float[1]));

    assertThat(of(StudyArm.RANDOM, 8, 1).stream().map(SmallStudy.pool().ids()::get).toList())
        .isEqualTo(drawn.prefix(8));
  }

  @Test
  void givenARanking_whenCut_thenEachSliceBeginsWhereTheOneBeforeEnds() {
    List<Integer> ranking = roundRobin();

    for (int slice = 1; slice <= 5; slice++) {
      assertThat(of(new StudyArm.Slice(REPRESENTATION, slice), 4, 0))
          .isEqualTo(ranking.subList((slice - 1) * 8, (slice - 1) * 8 + 4));
    }
  }

  @Test
  void givenASubset_whenMeasured_thenItsDistanceIsToTheMostSimilarQueries() {
    StudyCell cell = new StudyCell(TASK, new StudyArm.Selected("embedding", "doubly-greedy"), 4, 0);

    double expected =
        subsets.of(cell).stream().mapToDouble(one -> 1.0 - best(one)).average().orElseThrow();
    assertThat(subsets.distance(REPRESENTATION, cell)).isCloseTo(expected, within(1e-12));
  }

  @Test
  void givenProgress_whenSelected_thenItIsCalledForEachTaskAndRepresentation() throws IOException {
    AtomicInteger calls = new AtomicInteger();

    StudySelection.select(
        SmallStudy.plan(), SmallStudy.pool(), SmallStudy.similarities(), calls::incrementAndGet);

    assertThat(calls).hasValue(4);
  }

  @Test
  void givenAPoolThatIsTooSmall_whenSelected_thenRefused() {
    StudyPool two = new StudyPool(List.of("a", "b"), List.of("", ""));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StudySelection.select(SmallStudy.plan(), two, SmallStudy.similarities(), () -> {}))
        .withMessageContaining("a budget of 8");
  }

  private float best(int candidate) {
    return Math.max(scores[0][candidate], Math.max(scores[1][candidate], scores[2][candidate]));
  }

  /** By the rule: the queries take turns, each takes its best of those that are left. */
  private List<Integer> roundRobin() {
    List<Integer> left =
        new ArrayList<>(IntStream.range(0, SmallStudy.CANDIDATES).boxed().toList());
    List<Integer> taken = new ArrayList<>();
    while (!left.isEmpty()) {
      float[] row = scores[taken.size() % scores.length];
      Integer next =
          left.stream().max(Comparator.comparingDouble(candidate -> row[candidate])).orElseThrow();
      taken.add(next);
      left.remove(next);
    }
    return taken;
  }
}
