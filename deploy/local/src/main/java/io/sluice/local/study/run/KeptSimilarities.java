package io.sluice.local.study.run;

import io.sluice.local.study.Similarities;
import io.sluice.streams.similarity.QueryMatrix;
import io.sluice.streams.transport.PointSimilarities;
import io.sluice.streams.transport.StoredSimilarities;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Similarities computed from kept vectors, in the arithmetic of a running system.
 *
 * @param representations by name
 * @param pool indices of the candidates in the pool, ascending
 */
record KeptSimilarities(Map<String, KeptRepresentation> representations, int[] pool)
    implements Similarities {
  @Override
  public float[][] scores(String representation, String task) throws IOException {
    KeptRepresentation kept = representations.get(representation);
    KeptRepresentation.Description description = kept.description();
    QueryMatrix matrix = new QueryMatrix(kept.queries(task), description.weights());
    float[][] scores = new float[matrix.queries()][pool.length];
    kept.forEach(
        (candidate, entry) -> {
          int position = Arrays.binarySearch(pool, candidate);
          if (position >= 0) {
            float[] row = matrix.score(description.encoding(), entry.buffer());
            for (int query = 0; query < row.length; query++) {
              scores[query][position] = row[query];
            }
          }
        });
    return scores;
  }

  @Override
  public PointSimilarities between(String representation, int[] candidates) throws IOException {
    KeptRepresentation kept = representations.get(representation);
    KeptRepresentation.Description description = kept.description();
    int[] wanted = Arrays.stream(candidates).map(position -> pool[position]).toArray();
    List<StoredSimilarities.Stored> points = new ArrayList<>();
    kept.forEach(
        (candidate, entry) -> {
          if (Arrays.binarySearch(wanted, candidate) >= 0) {
            StoredSimilarities.requireMemory(wanted.length, entry.features().length);
            points.add(new StoredSimilarities.Stored(description.encoding(), entry.buffer()));
          }
        });
    return new StoredSimilarities(points, description.dimension(), description.weights());
  }
}
