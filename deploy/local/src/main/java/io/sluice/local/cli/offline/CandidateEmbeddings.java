package io.sluice.local.cli.offline;

import io.sluice.local.console.LateBar;
import io.sluice.schemas.file.NpyVectors;
import io.sluice.streams.transport.VectorSimilarities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file with the vectors of the candidates of a score file, and the weights of its checkpoints.
 *
 * @param file shape [checkpoints, candidates, dimension]
 * @param weights one per checkpoint; empty for the weight 1 of a single checkpoint
 */
record CandidateEmbeddings(Path file, float[] weights) {
  private static final String TURNED =
      ", in the shape [checkpoints, candidates, dimension]; 'represent' writes candidates first, so"
          + " exchange the first two axes (numpy: transpose(1, 0, 2))";

  /**
   * Checks that the file fits to the weights and the scores, by its header.
   *
   * @throws IOException when it does not
   */
  void requireFitting(ScoreFile scores) throws IOException {
    try (NpyVectors vectors = NpyVectors.open(file)) {
      if (vectors.examples() != scores.allColumns()) {
        throw new IOException(
            "%s has %d candidates, but %s has %d columns: give the vectors of the same candidates%s"
                .formatted(
                    file,
                    vectors.examples(),
                    scores.file(),
                    scores.allColumns(),
                    vectors.checkpoints() == scores.allColumns() ? TURNED : ""));
      }
      if (vectors.dimension() == 0) {
        throw new IOException(file + " has vectors without values");
      }
      if (weights.length == 0 && vectors.checkpoints() != 1) {
        throw new IOException(
            "%s has %d checkpoints: give the weight of each with --weights"
                .formatted(file, vectors.checkpoints()));
      }
      if (weights.length > 0 && weights.length != vectors.checkpoints()) {
        throw new IOException(
            "--weights has %d weights, but %s has %d checkpoints: give one per checkpoint"
                .formatted(weights.length, file, vectors.checkpoints()));
      }
    }
  }

  /**
   * Reads the vectors of some candidates, and checks those of all that have a score.
   *
   * @param points positions among the scored candidates, ascending
   * @throws IOException when the file cannot be read or a value is not finite
   */
  VectorSimilarities read(ScoreFile scores, int[] points) throws IOException {
    float[] all = weights.length == 0 ? new float[] {1} : weights;
    try (NpyVectors vectors = NpyVectors.open(file);
        LateBar bar = new LateBar("Vectors", (long) vectors.checkpoints() * vectors.examples())) {
      VectorSimilarities similarities =
          new VectorSimilarities(points.length, vectors.dimension(), all);
      vectors.forEach(
          (checkpoint, column, vector) -> {
            int candidate = Arrays.binarySearch(scores.columns(), column);
            if (candidate >= 0) {
              requireFinite(checkpoint, column, vector);
              int point = Arrays.binarySearch(points, candidate);
              if (point >= 0) {
                similarities.set(checkpoint, point, vector);
              }
            }
            bar.stepBy(1);
          });
      return similarities;
    }
  }

  private void requireFinite(int checkpoint, int column, float[] vector) throws IOException {
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        throw new IOException(
            "%s: checkpoint %d, candidate %d: value %d is %s"
                .formatted(file, checkpoint, column, i, vector[i]));
      }
    }
  }
}
