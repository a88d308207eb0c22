package io.sluice.streams.report;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.MeanLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A job and what a trainer reported of it last.
 *
 * @param job the job
 * @param result the last report
 */
public record JobReport(FineTuneJob job, FineTuneResult result) {
  /** The arms that have an outcome. */
  public List<Arm> arms() {
    return List.of(Arm.values()).stream().filter(arm -> !outcomes(arm).isEmpty()).toList();
  }

  /**
   * The loss of an arm on the query set: the mean over the seeds. Its standard error is that over
   * the queries, the mean over the seeds too; it counts the queries.
   *
   * @throws IllegalArgumentException when the arm has no outcome
   */
  public Estimate queryLoss(Arm arm) {
    return mean(arm, outcomes(arm).stream().map(ArmOutcome::getQueryLoss).toList());
  }

  /** The same on the held-out examples, where there are some. */
  public Optional<Estimate> heldOutLoss(Arm arm) {
    List<MeanLoss> losses =
        outcomes(arm).stream().flatMap(outcome -> outcome.getHeldOutLoss().stream()).toList();
    return losses.isEmpty() ? Optional.empty() : Optional.of(mean(arm, losses));
  }

  private static Estimate mean(Arm arm, List<MeanLoss> losses) {
    if (losses.isEmpty()) {
      throw new IllegalArgumentException("arm " + arm + " has no outcome");
    }
    return new Estimate(
        losses.stream().mapToDouble(MeanLoss::getMean).average().orElseThrow(),
        losses.stream().mapToDouble(MeanLoss::getStandardError).average().orElseThrow(),
        losses.get(0).getExamples());
  }

  /** Seeds that an arm was trained with. */
  public int seeds(Arm arm) {
    return outcomes(arm).size();
  }

  /**
   * By how much the loss of an arm on the query set is above that of another, negative where it is
   * better: the mean over the seeds of the difference with the same seed, and the standard error
   * over the seeds. The queries are the same on both sides.
   *
   * @return empty when there is no pair to compare
   */
  public Optional<Estimate> difference(Arm arm, Arm other) {
    Map<Integer, Double> others = new TreeMap<>();
    outcomes(other)
        .forEach(outcome -> others.put(outcome.getSeed(), outcome.getQueryLoss().getMean()));
    List<Double> differences = new ArrayList<>();
    for (ArmOutcome outcome : outcomes(arm)) {
      // The base model is one for all seeds.
      Double reference = others.get(other == Arm.NONE ? 0 : outcome.getSeed());
      if (reference != null) {
        differences.add(outcome.getQueryLoss().getMean() - reference);
      }
    }
    return differences.isEmpty() ? Optional.empty() : Optional.of(Estimate.of(differences));
  }

  private List<ArmOutcome> outcomes(Arm arm) {
    return result.getOutcomes().stream().filter(outcome -> outcome.getArm() == arm).toList();
  }
}
