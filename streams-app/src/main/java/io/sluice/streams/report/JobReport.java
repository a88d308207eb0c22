package io.sluice.streams.report;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.MeanLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A job and what a trainer reported of it last.
 *
 * @param job the job
 * @param result the last report
 */
public record JobReport(FineTuneJob job, FineTuneResult result) {
  /** Losses of two arms on the same examples; of runs with the same seed where both have one. */
  private record Pair(MeanLoss one, MeanLoss other) {
    double mean() {
      return one.getMean() - other.getMean();
    }

    boolean isToldOf(int examples) {
      return one.getLosses().size() == examples && other.getLosses().size() == examples;
    }

    double of(int example) {
      return (double) one.getLosses().get(example) - other.getLosses().get(example);
    }
  }

  /** The arms that have an outcome. */
  public List<Arm> arms() {
    return List.of(Arm.values()).stream().filter(arm -> !outcomes(arm).isEmpty()).toList();
  }

  /** Seeds that an arm was trained with. */
  public int seeds(Arm arm) {
    return outcomes(arm).size();
  }

  /**
   * The loss of an arm: the mean over the seeds. Its standard error is that over the examples, the
   * mean over the seeds too; it counts the examples.
   *
   * @return empty where the arm was not evaluated on that set
   */
  public Optional<Estimate> loss(EvaluationSet set, Arm arm) {
    List<MeanLoss> losses = outcomes(arm).stream().map(set::of).flatMap(Optional::stream).toList();
    if (losses.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Estimate(
            losses.stream().mapToDouble(MeanLoss::getMean).average().orElseThrow(),
            losses.stream().mapToDouble(MeanLoss::getStandardError).average().orElseThrow(),
            losses.get(0).getExamples()));
  }

  /**
   * By how much the loss of an arm is above that of another, runs with the same seed compared.
   *
   * @return empty when there is no pair to compare
   */
  public Optional<Difference> difference(EvaluationSet set, Arm arm, Arm other) {
    List<Pair> pairs = pairs(set, arm, other);
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    Estimate bySeed = Estimate.of(pairs.stream().map(Pair::mean).toList());
    return Optional.of(
        new Difference(bySeed.mean(), errorOverExamples(pairs), bySeed.standardError()));
  }

  private static double errorOverExamples(List<Pair> pairs) {
    int examples = pairs.get(0).one().getLosses().size();
    if (examples == 0 || !pairs.stream().allMatch(pair -> pair.isToldOf(examples))) {
      return 0;
    }
    List<Double> byExample =
        IntStream.range(0, examples)
            .mapToObj(i -> pairs.stream().mapToDouble(pair -> pair.of(i)).average().orElseThrow())
            .toList();
    return Estimate.of(byExample).standardError();
  }

  private List<Pair> pairs(EvaluationSet set, Arm arm, Arm other) {
    List<Pair> pairs = new ArrayList<>();
    for (ArmOutcome one : outcomes(arm)) {
      for (ArmOutcome another : outcomes(other)) {
        // The base model is one for all seeds.
        if (other == Arm.NONE || another.getSeed() == one.getSeed()) {
          set.of(one)
              .flatMap(loss -> set.of(another).map(reference -> new Pair(loss, reference)))
              .ifPresent(pairs::add);
        }
      }
    }
    return pairs;
  }

  private List<ArmOutcome> outcomes(Arm arm) {
    return result.getOutcomes().stream().filter(outcome -> outcome.getArm() == arm).toList();
  }
}
