package io.sluice.schemas.validation;

import io.sluice.schemas.Arm;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.TargetTask;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** The rules for those fields of a target task that describe its fine-tune jobs. */
public final class TrainingRules {
  /** The longest cooldown between two jobs: a year, in seconds. */
  public static final int MAX_COOLDOWN = 31_536_000;

  private static final int MAX_SEEDS = 32;
  private static final int MAX_EPOCHS = 1_000;
  private static final int MAX_BATCH = 65_536;
  private static final int MIN_LENGTH = 2;
  private static final int MAX_LENGTH = 1_048_576;

  /** All of them together are part of the record of each job. */
  private static final int MAX_TARGETS = 100;

  private static final Pattern LAUNCHER = Pattern.compile("[A-Za-z0-9._-]{0,100}");
  private static final Pattern LAYER = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  private TrainingRules() {}

  /**
   * Checks refreshTurnover (above 0, at most 1), cooldown (0 to {@link #MAX_COOLDOWN} seconds),
   * controls (NONE and RANDOM, each at most once), seeds (1 to 32 distinct numbers of 0 or more),
   * hyper-parameters and the name of the launcher.
   *
   * @return the problems, in words for people; empty when there are none
   */
  public static List<String> problems(TargetTask task) {
    List<String> problems = new ArrayList<>();
    double turnover = task.getRefreshTurnover();
    if (!(turnover > 0 && turnover <= 1)) {
      problems.add("the refresh turnover is " + turnover + ": use a share above 0, at most 1");
    }
    inRange(problems, "the cooldown in seconds", task.getCooldown(), 0, MAX_COOLDOWN);
    List<Arm> controls = task.getControls();
    if (controls.contains(Arm.SELECTED)) {
      problems.add("the selected subset cannot be a control: use none, random or both");
    }
    if (new HashSet<>(controls).size() < controls.size()) {
      problems.add("a control is given twice");
    }
    List<Integer> seeds = task.getSeeds();
    if (seeds.isEmpty()
        || seeds.size() > MAX_SEEDS
        || new HashSet<>(seeds).size() < seeds.size()
        || seeds.stream().anyMatch(seed -> seed < 0)) {
      problems.add("the seeds are " + seeds + ": use 1 to 32 distinct numbers of 0 or more");
    }
    if (!LAUNCHER.matcher(task.getLauncher()).matches()) {
      problems.add(
          "launcher '"
              + ForeignText.name(task.getLauncher())
              + "': use at most 100 characters of A-Z a-z 0-9 . _ -");
    }
    problems.addAll(hyperParameterProblems(task.getHyperParameters()));
    return List.copyOf(problems);
  }

  /**
   * Checks that each hyper-parameter is in the range that the schema documents. LoRA has at most
   * 100 targets, each with a name of 1 to 200 characters of A-Z a-z 0-9 . _ -
   *
   * @return the problems, in words for people; empty when there are none
   */
  public static List<String> hyperParameterProblems(HyperParameters chosen) {
    List<String> problems = new ArrayList<>();
    inRange(problems, "epochs", chosen.getEpochs(), 1, MAX_EPOCHS);
    inRange(problems, "the batch size", chosen.getBatchSize(), 1, MAX_BATCH);
    inRange(problems, "the maximum length", chosen.getMaxLength(), MIN_LENGTH, MAX_LENGTH);
    inRange(problems, "the rank of LoRA", chosen.getLoraRank(), 1, MAX_BATCH);
    positive(problems, "the learning rate", chosen.getLearningRate(), 1);
    positive(problems, "the maximum gradient norm", chosen.getMaxGradientNorm(), Double.MAX_VALUE);
    positive(problems, "the alpha of LoRA", chosen.getLoraAlpha(), Double.MAX_VALUE);
    share(problems, "the warm-up ratio", chosen.getWarmupRatio());
    share(problems, "the weight decay", chosen.getWeightDecay());
    share(problems, "the dropout of LoRA", chosen.getLoraDropout());
    if (chosen.getLoraDropout() == 1) {
      problems.add("the dropout of LoRA is 1, which leaves nothing to train: use less than 1");
    }
    problems.addAll(targetProblems(chosen.getLoraTargets()));
    return List.copyOf(problems);
  }

  private static List<String> targetProblems(List<String> targets) {
    List<String> problems = new ArrayList<>();
    if (targets.size() > MAX_TARGETS) {
      problems.add(
          "lora_targets has %d names: use at most %d".formatted(targets.size(), MAX_TARGETS));
    }
    targets.stream()
        .filter(name -> !LAYER.matcher(name).matches())
        .findFirst()
        .ifPresent(
            name ->
                problems.add(
                    "the target of LoRA '%s' in lora_targets is not the name of a layer: use names such as q_proj, of 1 to 200 characters of A-Z a-z 0-9 . _ -"
                        .formatted(ForeignText.name(name))));
    return problems;
  }

  private static void inRange(List<String> problems, String what, int value, int least, int most) {
    if (value < least || value > most) {
      problems.add(what + " is " + value + ": use " + least + " to " + most);
    }
  }

  private static void positive(List<String> problems, String what, double value, double most) {
    if (!(value > 0 && value <= most)) {
      problems.add(
          what + " is " + value + ": use a number above 0" + (most == 1 ? ", at most 1" : ""));
    }
  }

  private static void share(List<String> problems, String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      problems.add(what + " is " + value + ": use 0 to 1");
    }
  }
}
