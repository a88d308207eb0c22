package io.sluice.streams.transport;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.streams.similarity.CandidateVectors;
import io.sluice.streams.similarity.QueryMatrix;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Similarities of candidates as they are stored: the sum over checkpoints of the checkpoint's
 * weight times the cosine, in the arithmetic of scores. They stay encoded in memory; the points of
 * one block are decoded at a time. Thread-safe.
 */
public final class StoredSimilarities implements PointSimilarities {
  /** The share of the memory that the vectors may take. */
  private static final double SHARE_OF_MEMORY = 0.6;

  private final List<Stored> points;
  private final List<CandidateVectors> vectors;
  private final int dimension;
  private final float[] weights;

  /**
   * The vectors of a candidate.
   *
   * @param features encoded matrix, shape [checkpoints, dimension], not copied
   */
  public record Stored(FeatureEncoding encoding, ByteBuffer features) {}

  /**
   * Checks the vectors of all points.
   *
   * @param dimension values per vector
   * @param weights the weight of each checkpoint
   * @throws IllegalArgumentException when the shape of one differs, or a vector is all zero or not
   *     finite
   */
  public StoredSimilarities(List<Stored> points, int dimension, float[] weights) {
    this.points = List.copyOf(points);
    this.vectors =
        points.stream()
            .map(
                point ->
                    CandidateVectors.of(point.encoding, point.features, weights.length, dimension))
            .toList();
    this.dimension = dimension;
    this.weights = weights.clone();
  }

  /**
   * Checks that the vectors of so many points fit into memory, before they are read.
   *
   * @param count number of points
   * @param bytes of each point
   * @throws IllegalArgumentException when they do not; the message says what to do
   */
  public static void requireMemory(int count, int bytes) {
    long all = (long) count * bytes;
    long most = (long) (SHARE_OF_MEMORY * Runtime.getRuntime().maxMemory());
    if (all > most) {
      throw new IllegalArgumentException(
          "knn-kde compares the vectors of %d candidates, which take %d MiB, more than %d MiB, the most for this memory: give Java more (SLUICE_JAVA_OPTS=-Xmx...), or use uot"
              .formatted(count, all >> 20, most >> 20));
    }
  }

  @Override
  public int size() {
    return points.size();
  }

  @Override
  public void compute(int from, double[][] rows) {
    float[][][] block = new float[rows.length][weights.length][dimension];
    for (int r = 0; r < rows.length; r++) {
      Stored point = points.get(from + r);
      for (int checkpoint = 0; checkpoint < weights.length; checkpoint++) {
        float[] vector = block[r][checkpoint];
        FeatureCodec.decodeRow(point.encoding, point.features, checkpoint, vector);
        scaleToUnit(vector);
      }
    }
    List<float[]> scores = new QueryMatrix(block, weights).scoreAll(vectors);
    for (int point = 0; point < scores.size(); point++) {
      for (int r = 0; r < rows.length; r++) {
        rows[r][point] = scores.get(point)[r];
      }
    }
  }

  private static void scaleToUnit(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    double scale = 1 / Math.sqrt(square);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] * scale);
    }
  }
}
