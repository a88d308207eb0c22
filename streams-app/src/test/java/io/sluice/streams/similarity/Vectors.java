package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random query sets and candidates.
 *
 * @param queries shape [queries][checkpoints][dimension], rows of unit length
 * @param weights weights of the checkpoints, with sum 1
 */
record Vectors(float[][][] queries, float[] weights) {
  static Vectors random(int queries, int checkpoints, int dimension, Random random) {
    float[][][] vectors = new float[queries][][];
    for (int q = 0; q < queries; q++) {
      vectors[q] = rows(checkpoints, dimension, random);
      for (float[] row : vectors[q]) {
        double norm = Math.sqrt(dot(row, row));
        for (int i = 0; i < dimension; i++) {
          row[i] /= (float) norm;
        }
      }
    }
    float[] weights = new float[checkpoints];
    float left = 1;
    for (int k = 0; k < checkpoints - 1; k++) {
      weights[k] = left * random.nextFloat();
      left -= weights[k];
    }
    weights[checkpoints - 1] = left;
    return new Vectors(vectors, weights);
  }

  int checkpoints() {
    return weights.length;
  }

  int dimension() {
    return queries[0][0].length;
  }

  ByteBuffer candidate(FeatureEncoding encoding, Random random) {
    return FeatureCodec.encode(encoding, rows(checkpoints(), dimension(), random));
  }

  List<CandidateVectors> candidates(
      FeatureEncoding encoding, int count, Random random, Arithmetic arithmetic) {
    List<CandidateVectors> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer features = candidate(encoding, random);
      candidates.add(
          CandidateVectors.of(encoding, features, checkpoints(), dimension(), arithmetic));
    }
    return candidates;
  }

  /** Computes the similarity to a query by its definition, in double precision. */
  double similarity(int query, FeatureEncoding encoding, ByteBuffer features) {
    double sum = 0;
    float[] row = new float[dimension()];
    for (int k = 0; k < checkpoints(); k++) {
      FeatureCodec.decodeRow(encoding, features, k, row);
      sum += weights[k] * dot(queries[query][k], row) / Math.sqrt(dot(row, row));
    }
    return sum;
  }

  /**
   * Normally distributed values, on a random scale; in about half of the rows one value is
   * multiplied by 20.
   */
  private static float[][] rows(int checkpoints, int dimension, Random random) {
    float[][] rows = new float[checkpoints][dimension];
    for (float[] row : rows) {
      float scale = (float) Math.exp(random.nextGaussian());
      for (int i = 0; i < dimension; i++) {
        row[i] = scale * (float) random.nextGaussian();
      }
      if (random.nextBoolean()) {
        row[random.nextInt(dimension)] *= 20;
      }
    }
    return rows;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
