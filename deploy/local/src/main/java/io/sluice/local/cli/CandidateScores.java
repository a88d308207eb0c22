package io.sluice.local.cli;

import io.sluice.gpuworker.representation.Representer;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.streams.similarity.QueryMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

/** The scores of a file's candidates, made in the way of the stream but without it. */
final class CandidateScores {
  /** The score of a line that has none: below any similarity, which is -1 to 1. */
  static final float NO_SCORE = -2;

  /** Enough to keep all cores busy, few enough that progress is seen. */
  private static final int BATCH = 32;

  private final Representer representer;
  private final QueryMatrix queries;
  private final Optional<FeatureEncoding> encoding;
  private final BiConsumer<CandidateLine, String> unscored;

  /**
   * Scores to come.
   *
   * @param encoding how vectors are stored between representing and scoring; empty when they are
   *     not
   * @param unscored told each line without a score and why
   */
  CandidateScores(
      Representer representer,
      QueryMatrix queries,
      Optional<FeatureEncoding> encoding,
      BiConsumer<CandidateLine, String> unscored) {
    this.representer = representer;
    this.queries = queries;
    this.encoding = encoding;
    this.unscored = unscored;
  }

  /**
   * Scores lines.
   *
   * @param progress told how many more lines are done, again and again
   * @return shape [queries][lines]; {@link #NO_SCORE} throughout the column of an unscored line
   */
  float[][] of(List<CandidateLine> lines, IntConsumer progress) {
    float[][] scores = new float[queries.queries()][lines.size()];
    for (int begin = 0; begin < lines.size(); begin += BATCH) {
      List<float[]> columns = columns(lines.subList(begin, Math.min(begin + BATCH, lines.size())));
      for (int i = 0; i < columns.size(); i++) {
        for (int q = 0; q < scores.length; q++) {
          scores[q][begin + i] = columns.get(i)[q];
        }
      }
      progress.accept(columns.size());
    }
    return scores;
  }

  private List<float[]> columns(List<CandidateLine> batch) {
    List<Candidate> valid = new ArrayList<>();
    for (CandidateLine line : batch) {
      if (line instanceof CandidateLine.Valid usable) {
        valid.add(usable.candidate());
      }
    }
    List<Representer.Outcome> outcomes = representer.candidates(valid);
    List<float[]> columns = new ArrayList<>();
    int next = 0;
    for (CandidateLine line : batch) {
      columns.add(
          line instanceof CandidateLine.Invalid invalid
              ? noScore(line, invalid.reason())
              : column(line, outcomes.get(next++)));
    }
    return columns;
  }

  private float[] column(CandidateLine line, Representer.Outcome outcome) {
    if (outcome instanceof Representer.Unusable unusable) {
      return noScore(line, unusable.reason());
    }
    float[][] rows = ((Representer.Represented) outcome).rows();
    return encoding
        .map(how -> queries.score(how, FeatureCodec.encode(how, rows)))
        .orElseGet(() -> queries.score(rows));
  }

  private float[] noScore(CandidateLine line, String reason) {
    unscored.accept(line, reason);
    float[] column = new float[queries.queries()];
    Arrays.fill(column, NO_SCORE);
    return column;
  }
}
