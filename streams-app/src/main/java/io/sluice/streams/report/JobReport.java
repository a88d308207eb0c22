package io.sluice.streams.report;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.arm.ArmName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
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
   *
   * @param seed the seed of the first run
   * @param draw which subsets were trained on: different for different random subsets
   */
  private record Pair(int seed, String draw, MeanLoss one, MeanLoss other) {
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

  /**
   * The arms that have an outcome: no fine-tuning, the random control, the task's own selection,
   * and the further arms in the order of the job. All random subsets are one arm here.
   */
  public List<ArmName> arms() {
    List<ArmName> all = new ArrayList<>(List.of(ArmName.NONE, ArmName.RANDOM, ArmName.SELECTED));
    job.getArms().stream()
        .filter(arm -> !arm.getRandom())
        .forEach(arm -> all.add(new ArmName(Arm.SELECTED, arm.getName())));
    return all.stream().filter(arm -> !outcomes(arm).isEmpty()).toList();
  }

  /** What the job says about one of its further arms; empty for the other arms. */
  public Optional<JobArm> further(ArmName arm) {
    return job.getArms().stream()
        .filter(each -> !each.getRandom() && each.getName().equals(arm.name()))
        .findFirst();
  }

  /** The number of seeds that an arm was trained with. */
  public int seeds(ArmName arm) {
    return (int) outcomes(arm).stream().mapToInt(ArmOutcome::getSeed).distinct().count();
  }

  /** The number of subsets that an arm was trained on: several only of the random control. */
  public int draws(ArmName arm) {
    return (int) outcomes(arm).stream().map(ArmOutcome::getName).distinct().count();
  }

  /**
   * The loss of an arm on a set, in nats per token, averaged over the seeds and the random subsets.
   * Its standard error is the one over the examples, averaged as well; its count is the number of
   * examples.
   *
   * @return empty when the arm was not evaluated on that set
   */
  public Optional<Estimate> loss(EvaluationSet set, ArmName arm) {
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
   * The loss of an arm minus that of another arm, comparing runs with the same seed. With several
   * random subsets, each of them is compared.
   *
   * @return empty when there are no two runs to compare
   */
  public Optional<Difference> difference(EvaluationSet set, ArmName arm, ArmName other) {
    List<Pair> pairs = pairs(set, arm, other);
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Difference(
            Estimate.of(pairs.stream().map(Pair::meanDifference).toList()).mean(),
            errorOverExamples(pairs),
            errorOver(pairs, Pair::seed),
            errorOver(pairs, Pair::draw)));
  }

  /** The standard error over the values of a property, averaged over all other differences. */
  private static double errorOver(List<Pair> pairs, Function<Pair, Object> property) {
    Map<Object, Double> means =
        pairs.stream()
            .collect(
                Collectors.groupingBy(
                    property,
                    LinkedHashMap::new,
                    Collectors.averagingDouble(Pair::meanDifference)));
    return Estimate.of(List.copyOf(means.values())).standardError();
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

  private List<Pair> pairs(EvaluationSet set, ArmName arm, ArmName other) {
    List<Pair> pairs = new ArrayList<>();
    for (ArmOutcome one : outcomes(arm)) {
      for (ArmOutcome another : outcomes(other)) {
        // The base model is not trained: its one outcome is compared with the runs of all seeds.
        if (other.equals(ArmName.NONE) || another.getSeed() == one.getSeed()) {
          set.lossOf(one)
              .flatMap(
                  loss ->
                      set.lossOf(another)
                          .map(
                              reference ->
                                  new Pair(
                                      one.getSeed(),
                                      one.getName() + "/" + another.getName(),
                                      loss,
                                      reference)))
              .ifPresent(pairs::add);
        }
      }
    }
    return pairs;
  }

  private List<ArmOutcome> outcomes(ArmName arm) {
    return result.getOutcomes().stream()
        .filter(outcome -> ArmName.of(outcome).reported().equals(arm))
        .toList();
  }
}
