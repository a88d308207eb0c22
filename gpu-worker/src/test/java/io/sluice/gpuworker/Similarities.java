package io.sluice.gpuworker;

import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;

/**
 * The cosines between queries and candidates.
 *
 * @param cosines shape [queries, candidates]
 */
public record Similarities(double[][] cosines) {
  private static final double TOLERANCE = 1e-5;

  /**
   * Computes the cosine of each query with each candidate.
   *
   * @param rows the vectors of the candidates, followed by those of the queries
   * @param candidates the number of candidates
   */
  public static Similarities of(List<float[]> rows, int candidates) {
    double[][] cosines = new double[rows.size() - candidates][candidates];
    for (int q = 0; q < cosines.length; q++) {
      for (int i = 0; i < candidates; i++) {
        cosines[q][i] = cosine(rows.get(candidates + q), rows.get(i));
      }
    }
    return new Similarities(cosines);
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(squaresA * squaresB);
  }

  /**
   * The indices of all candidates in the order in which the queries, in turn, select the most
   * similar one that is left.
   */
  public List<Integer> roundRobin() {
    List<Integer> left = new ArrayList<>(IntStream.range(0, cosines[0].length).boxed().toList());
    List<Integer> chosen = new ArrayList<>();
    while (!left.isEmpty()) {
      double[] row = cosines[chosen.size() % cosines.length];
      Integer best = left.stream().max(Comparator.comparing((Integer i) -> row[i])).orElseThrow();
      chosen.add(best);
      left.remove(best);
    }
    return chosen;
  }

  /**
   * Asserts that the cosines are close to the expected ones and lead to the same round-robin
   * selection.
   */
  public void assertCloseTo(Similarities expected, SoftAssertions soft) {
    for (int q = 0; q < cosines.length; q++) {
      for (int i = 0; i < cosines[q].length; i++) {
        soft.assertThat(cosines[q][i])
            .as("similarity of query %d and candidate %d", q, i)
            .isCloseTo(expected.cosines[q][i], within(TOLERANCE));
      }
    }
    soft.assertThat(roundRobin()).as("round robin").isEqualTo(expected.roundRobin());
  }
}
