package io.sluice.streams.audit;

import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.streams.selection.Algorithm;
import java.util.List;

/**
 * A part of a job's dataset that an algorithm has selected from a pool.
 *
 * @param part SELECTED, RANDOM or ARM
 * @param arm name of the further arm; empty for the other parts
 * @param algorithm the rule by which it was selected
 * @param mostExamples the most examples that it may have had
 * @param examples its examples, in selection order
 */
public record FrozenSelection(
    DatasetPart part,
    String arm,
    Algorithm algorithm,
    int mostExamples,
    List<DatasetRecord> examples) {
  /** Keeps an immutable copy of the list. */
  public FrozenSelection {
    examples = List.copyOf(examples);
  }

  /** The task's own selection. */
  static FrozenSelection selected(FineTuneJob job, List<DatasetRecord> examples) {
    return new FrozenSelection(
        DatasetPart.SELECTED, "", Algorithm.parse(job.getAlgorithm()), job.getBudget(), examples);
  }

  /** The first random subset. */
  static FrozenSelection random(FineTuneJob job, List<DatasetRecord> examples) {
    Algorithm algorithm = new Algorithm.Random(0);
    return new FrozenSelection(
        DatasetPart.RANDOM, "", algorithm, most(job, algorithm, examples), examples);
  }

  /** A further arm. */
  static FrozenSelection of(FineTuneJob job, JobArm arm, List<DatasetRecord> examples) {
    Algorithm algorithm = Algorithm.parse(arm.getAlgorithm());
    return new FrozenSelection(
        DatasetPart.ARM, arm.getName(), algorithm, most(job, algorithm, examples), examples);
  }

  /** Tokens alone bound a random subset beside the selection: one candidate more ended it. */
  private static int most(FineTuneJob job, Algorithm algorithm, List<DatasetRecord> examples) {
    return job.getBudgetTokens() > 0 && algorithm instanceof Algorithm.Random
        ? examples.size() + 1
        : job.getBudget();
  }

  /** Whether a candidate changes the order of others even where it is not selected itself. */
  public boolean dependsOnWholePool() {
    return algorithm instanceof Algorithm.KnnUniform;
  }
}
