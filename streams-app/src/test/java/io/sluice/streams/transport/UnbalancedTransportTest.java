package io.sluice.streams.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The golden selections compare masses with the published reference; here are the properties. */
class UnbalancedTransportTest {
  private static PoolScores random(int queries, int candidates) {
    Random random = new Random(3);
    float[][] rows = new float[queries][candidates];
    for (float[] row : rows) {
      for (int candidate = 0; candidate < candidates; candidate++) {
        row[candidate] = 2 * random.nextFloat() - 1;
      }
    }
    return new PoolScores(rows);
  }

  private static double[] masses(PoolScores scores) {
    return UnbalancedTransport.masses(scores, rows -> {});
  }

  @Test
  void givenAnyNumberOfThreads_whenSolved_thenTheMassesAreTheSameBits()
      throws InterruptedException, ExecutionException {
    PoolScores scores = random(23, 500);
    ForkJoinPool one = new ForkJoinPool(1);
    ForkJoinPool many = new ForkJoinPool(7);
    try {
      double[] expected = one.submit(() -> masses(scores)).get();

      assertThat(many.submit(() -> masses(scores)).get()).containsExactly(expected);
    } finally {
      one.shutdown();
      many.shutdown();
    }
  }

  @Test
  void givenScores_whenSolved_thenTheQueriesSendTheirWholeMassAndSimilarCandidatesGetMore() {
    double[] masses = masses(new PoolScores(new float[][] {{0.9f, 0.1f, -1f}, {0.8f, 0.7f, -1f}}));

    assertThat(Arrays.stream(masses).sum()).isCloseTo(1, within(1e-6));
    assertThat(masses[0]).isGreaterThan(masses[1]);
    assertThat(masses[1]).isGreaterThan(masses[2]).isPositive();
  }

  @Test
  void givenOneQueryAndOneCandidate_whenSolved_thenItGetsEverything() {
    assertThat(masses(new PoolScores(new float[][] {{-1}}))[0]).isCloseTo(1, within(1e-6));
  }

  @Test
  void givenProgress_whenSolved_thenEachPassCountsAllRows() {
    AtomicInteger rows = new AtomicInteger();

    UnbalancedTransport.masses(random(5, 40), rows::addAndGet);

    assertThat(rows.get()).isPositive().matches(count -> count % 5 == 0);
  }

  @Test
  void givenScoresThatAreNoSimilarities_whenSolved_thenItIsRefusedByName() {
    assertThatThrownBy(() -> masses(new PoolScores(new float[][] {{0, 0}, {-99, -99}})))
        .hasMessageContaining("query 1")
        .hasMessageContaining("from -1 to 1");
    assertThatThrownBy(() -> masses(new PoolScores(new float[][] {{0, -99}})))
        .hasMessageContaining("candidate 1");
  }

  @Test
  void givenBadScores_whenCreated_thenTheyAreRefusedByName() {
    assertThatThrownBy(() -> new PoolScores(new float[][] {{0, 1}, {0, Float.NaN}}))
        .hasMessage("candidate 1, query 1: the score is NaN");
    assertThatThrownBy(() -> new PoolScores(new float[][] {{0, 1}, {0}}))
        .hasMessageContaining("query 1 has 1 scores for 2 candidates");
    assertThatThrownBy(() -> new PoolScores(new float[0][])).hasMessageContaining("at least one");
    assertThatThrownBy(() -> new PoolScores(new float[1][0])).hasMessageContaining("at least one");
  }
}
