package io.sluice.streams.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The golden selections compare probabilities with the published reference. */
class KnnKdeTest {
  /**
   * Similarities of one query to 40 candidates, falling by 0.02: the nearest four are neighbours.
   */
  private static PoolScores oneQuery() {
    float[] row = new float[40];
    for (int candidate = 0; candidate < row.length; candidate++) {
      row[candidate] = 0.9f - 0.02f * candidate;
    }
    return new PoolScores(new float[][] {row});
  }

  /** Points in the plane at these angles, in radians. */
  private static VectorSimilarities plane(double... angles) {
    VectorSimilarities points = new VectorSimilarities(angles.length, 2, new float[] {1});
    for (int point = 0; point < angles.length; point++) {
      points.set(
          0, point, new float[] {(float) Math.cos(angles[point]), (float) Math.sin(angles[point])});
    }
    return points;
  }

  @Test
  void givenTwoCopiesAmongTheNeighbours_whenSpread_thenTheyShareWhatOneOfTheOthersGets() {
    PoolScores scores = oneQuery();
    Neighbours neighbours = KnnKde.neighbours(scores);
    assertThat(neighbours.candidates()).containsExactly(0, 1, 2, 3);

    double[] probabilities =
        KnnKde.probabilities(scores, neighbours, plane(0, 2, 2, 4), points -> {});

    // The stopping rule is not reached: the first three get their full shares, the last the rest.
    assertThat(probabilities[0]).isCloseTo(0.5, within(1e-6));
    assertThat(probabilities[1]).isCloseTo(0.25, within(1e-6));
    assertThat(probabilities[2]).isCloseTo(0.25, within(1e-6));
    assertThat(Arrays.stream(probabilities).sum()).isCloseTo(1, within(1e-12));
    assertThat(Arrays.stream(probabilities).skip(3)).containsOnly(0.0);
    assertThat(Masses.ranked(probabilities, 5)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void givenFewCandidates_whenTheNeighboursAreSought_thenTheLeastNumberIsNamed() {
    assertThatThrownBy(() -> KnnKde.neighbours(new PoolScores(new float[2][19])))
        .hasMessageContaining("at least 20")
        .hasMessageContaining("not 19");
    assertThat(KnnKde.neighbours(new PoolScores(new float[2][20])).indices())
        .isDeepEqualTo(new int[][] {{0, 1}, {0, 1}});
  }

  @Test
  void givenVectorsWithoutLength_whenSpread_thenTheCandidateIsNamed() {
    PoolScores scores = oneQuery();
    VectorSimilarities points = new VectorSimilarities(4, 2, new float[] {1});

    assertThatThrownBy(
            () -> KnnKde.probabilities(scores, KnnKde.neighbours(scores), points, count -> {}))
        .hasMessageContaining("candidate 0: the density is 0.0");
  }

  @Test
  void givenStoredVectors_whenCompared_thenTheSimilaritiesAreThoseOfTheirUnitVectors() {
    Random random = new Random(5);
    float[] weights = {0.7f, 0.3f};
    int count = 37;
    VectorSimilarities expected = new VectorSimilarities(count, 16, weights);
    List<StoredSimilarities.Stored> stored = new ArrayList<>();
    for (int point = 0; point < count; point++) {
      float[][] vectors = new float[2][16];
      for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        double square = 0;
        for (int i = 0; i < 16; i++) {
          vectors[checkpoint][i] = (float) random.nextGaussian();
          square += vectors[checkpoint][i] * vectors[checkpoint][i];
        }
        float[] unit = vectors[checkpoint].clone();
        for (int i = 0; i < 16; i++) {
          unit[i] /= (float) Math.sqrt(square);
        }
        expected.set(checkpoint, point, unit);
      }
      stored.add(
          new StoredSimilarities.Stored(
              FeatureEncoding.FLOAT32, FeatureCodec.encode(FeatureEncoding.FLOAT32, vectors)));
    }
    double[][] ours = new double[5][count];
    double[][] theirs = new double[5][count];

    new StoredSimilarities(stored, 16, weights).compute(30, ours);
    expected.compute(30, theirs);

    for (int r = 0; r < ours.length; r++) {
      assertThat(ours[r]).containsExactly(theirs[r], within(1e-6));
      assertThat(ours[r][30 + r]).isCloseTo(1, within(1e-6));
    }
  }
}
