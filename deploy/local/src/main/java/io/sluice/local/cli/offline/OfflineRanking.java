package io.sluice.local.cli.offline;

import io.sluice.local.console.LateBar;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.transport.KnnKde;
import io.sluice.streams.transport.Masses;
import io.sluice.streams.transport.Neighbours;
import io.sluice.streams.transport.PoolScores;
import io.sluice.streams.transport.UnbalancedTransport;
import io.sluice.streams.transport.VectorSimilarities;
import java.io.IOException;
import java.util.List;

/** Ranks the candidates of a score file by one of the algorithms. */
sealed interface OfflineRanking {
  /**
   * Selects candidates. Shows a progress bar when it takes long.
   *
   * @param budget how many, at least 1
   * @return their column numbers, in selection order; at most as many as have a score
   * @throws IOException when a file does not fit the algorithm or the other file
   */
  List<Integer> select(ScoreFile scores, int budget) throws IOException;

  /** An algorithm that takes candidates one by one. */
  record OneByOne(Algorithm algorithm) implements OfflineRanking {
    @Override
    public List<Integer> select(ScoreFile scores, int budget) {
      Selection<Integer> selection = algorithm.emptySelection(scores.rows().length, budget);
      try (LateBar bar = new LateBar("Candidates", scores.scored())) {
        for (int candidate = 0; candidate < scores.scored(); candidate++) {
          selection.offer(scores.columns()[candidate], scores.scores(candidate));
          bar.stepBy(1);
        }
      }
      return selection.prefix(budget);
    }
  }

  /** Unbalanced optimal transport. */
  record Transport() implements OfflineRanking {
    @Override
    public List<Integer> select(ScoreFile scores, int budget) throws IOException {
      try (LateBar bar = new LateBar("Rows", -1)) {
        return heaviest(
            scores, UnbalancedTransport.masses(new PoolScores(scores.rows()), bar::stepBy), budget);
      } catch (IllegalArgumentException e) {
        throw new IOException(scores.file() + ": " + e.getMessage(), e);
      }
    }
  }

  /** KNN-KDE. */
  record KernelDensity(CandidateEmbeddings embeddings) implements OfflineRanking {
    @Override
    public List<Integer> select(ScoreFile scores, int budget) throws IOException {
      embeddings.requireFitting(scores);
      try {
        PoolScores pool = new PoolScores(scores.rows());
        Neighbours neighbours = KnnKde.neighbours(pool);
        int[] points = neighbours.candidates();
        VectorSimilarities similarities = embeddings.read(scores, points);
        try (LateBar bar = new LateBar("Densities", points.length)) {
          return heaviest(
              scores, KnnKde.probabilities(pool, neighbours, similarities, bar::stepBy), budget);
        }
      } catch (IllegalArgumentException e) {
        throw new IOException(scores.file() + ": " + e.getMessage(), e);
      }
    }
  }

  private static List<Integer> heaviest(ScoreFile scores, double[] masses, int budget) {
    return Masses.ranked(masses, budget).stream()
        .map(position -> scores.columns()[position])
        .toList();
  }
}
