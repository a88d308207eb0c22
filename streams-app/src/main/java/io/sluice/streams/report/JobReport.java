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
 * A job and the last report of a trainer about it.
 *
 * @param job the job
 * @param result the last report
 */
public record JobReport(FineTuneJob job, FineTuneResult result) {
  /**
   * The losses of two arms on the same examples, from runs with the same seed if both were trained.
   */
  private record Pair(MeanLoss one, MeanLoss other) {
    double meanDifference() {
      return one.getMean() - other.getMean();
    }

    boolean hasLossesOf(int examples) {
      return one.getLosses().size() == examples && other.getLosses().size() == examples;
    }

    double difference(int example) {
      return (double) one.getLosses().get(example) - other.getLosses().get(example);
    }
  }

  /** The arms that have an outcome, in the order of the enum. */
  public List<Arm> arms() {
    return List.of(Arm.values()).stream().filter(arm -> !outcomes(arm).isEmpty()).toList();
  }

  /** The number of outcomes of an arm: one per seed. */
  public int seeds(Arm arm) {
    return outcomes(arm).size();
  }

  /**
   * The loss of an arm on a set, in nats per token, averaged over the seeds. Its standard error is
   * the one over the examples, averaged over the seeds as well; its count is the number of
   * examples.
   *
   * @return empty when the arm was not evaluated on that set
   */
  public Optional<Estimate> loss(EvaluationSet set, Arm arm) {
    List<MeanLoss> losses =
        outcomes(arm).stream().map(set::lossOf).flatMap(Optional::stream).toList();
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
   * The loss of an arm minus that of another arm, comparing runs with the same seed.
   *
   * @return empty when there are no two runs to compare
   */
  public Optional<Difference> difference(EvaluationSet set, Arm arm, Arm other) {
    List<Pair> pairs = pairs(set, arm, other);
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    Estimate bySeed = Estimate.of(pairs.stream().map(Pair::meanDifference).toList());
    return Optional.of(
        new Difference(bySeed.mean(), errorOverExamples(pairs), bySeed.standardError()));
  }

  private static double errorOverExamples(List<Pair> pairs) {
    int examples = pairs.get(0).one().getLosses().size();
    if (examples == 0 || !pairs.stream().allMatch(pair -> pair.hasLossesOf(examples))) {
      return 0;
    }
    List<Double> byExample =
        IntStream.range(0, examples)
            .mapToObj(
                i -> pairs.stream().mapToDouble(pair -> pair.difference(i)).average().orElseThrow())
            .toList();
    return Estimate.of(byExample).standardError();
  }

  private List<Pair> pairs(EvaluationSet set, Arm arm, Arm other) {
    List<Pair> pairs = new ArrayList<>();
    for (ArmOutcome one : outcomes(arm)) {
      for (ArmOutcome another : outcomes(other)) {
        // The base model is not trained: its one outcome is compared with the runs of all seeds.
        if (other == Arm.NONE || another.getSeed() == one.getSeed()) {
          set.lossOf(one)
              .flatMap(loss -> set.lossOf(another).map(reference -> new Pair(loss, reference)))
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
