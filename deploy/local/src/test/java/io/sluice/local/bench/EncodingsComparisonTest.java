package io.sluice.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.local.bench.EncodingsComparison.Finding;
import io.sluice.schemas.FeatureEncoding;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncodingsComparisonTest {
  private static final int SIZE = 4096;
  private static final int CANDIDATES = 120;

  private final Random random = new Random(3);

  @Test
  void givenStoredForms_whenCompared_thenLosslessOnesAgreeFullyAndCoarseOnesLess() {
    EncodingsComparison comparison =
        new EncodingsComparison(
            List.of(queries(3), queries(2)),
            new float[] {0.75f, 0.25f},
            List.of(
                new StoredForm(SIZE, FeatureEncoding.FLOAT32),
                new StoredForm(64, FeatureEncoding.FLOAT32),
                new StoredForm(64, FeatureEncoding.SIGN)),
            2,
            List.of(10, 30));
    for (int i = 0; i < CANDIDATES; i++) {
      comparison.offer(gradients());
    }

    List<Finding> findings = comparison.findings();
    assertThat(comparison.queries()).isEqualTo(5);
    assertThat(comparison.candidates()).isEqualTo(CANDIDATES);
    assertThat(findings.get(0).overlaps()).containsExactly(1.0, 1.0);
    // Two unrelated selections of 30 out of 120 agree in a quarter of their candidates on average.
    assertThat(findings.get(1).overlaps().get(1)).isBetween(0.26, 0.9);
    assertThat(findings.get(2).overlaps().get(1)).isCloseTo(0.4, within(0.25));
    assertThat(findings.get(0).form().bytes(2)).isEqualTo(2L * 4 * SIZE);
    assertThat(findings.get(2).form().bytes(2)).isEqualTo(16);
    assertThat(findings).allSatisfy(finding -> assertThat(finding.scoreMicros()).isPositive());
  }

  private float[][][] queries(int count) {
    float[][][] queries = new float[count][][];
    for (int q = 0; q < count; q++) {
      queries[q] = gradients();
    }
    return queries;
  }

  private float[][] gradients() {
    float[][] rows = new float[2][SIZE];
    for (float[] row : rows) {
      for (int i = 0; i < SIZE; i++) {
        row[i] = (float) random.nextGaussian() / 64;
      }
    }
    return rows;
  }
}
