package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Arm;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Those fields of a task file that describe its fine-tune jobs: {@code "refresh_turnover"?,
 * "cooldown_seconds"?, "controls"?: ["none", "random"], "seeds"?, "hyper_parameters"?: {"epochs"?,
 * "learning_rate"?, "batch_size"?, "warmup_ratio"?, "weight_decay"?, "max_gradient_norm"?,
 * "max_length"?, "full"?, "lora_rank"?, "lora_alpha"?, "lora_dropout"?, "lora_targets"?},
 * "launcher"?, "held_out"?: [{"id"?, "messages"}], "random_draws"?, "arms"?: [{"name",
 * "representation"?, "algorithm"?}]}.
 *
 * <p>Fields that are not given get the defaults of the schema. Controls are the exception: without
 * the field, jobs compare with both.
 *
 * @param refreshTurnover share of the subset that must have changed since the last job before the
 *     next one fires
 * @param cooldown the least time between two jobs that fire automatically, in seconds
 * @param controls the arms that each job compares the selected subset with
 * @param seeds the seeds of the training runs
 * @param hyperParameters the hyper-parameters of the training runs
 * @param launcher the trainer's launcher that runs the jobs; empty when the trainer chooses
 * @param heldOut further examples to evaluate on
 * @param randomDraws the number of random subsets that each job compares with
 * @param arms further selections that each job compares with
 */
public record TaskTraining(
    double refreshTurnover,
    int cooldown,
    List<Arm> controls,
    List<Integer> seeds,
    HyperParameters hyperParameters,
    String launcher,
    List<Query> heldOut,
    int randomDraws,
    List<TaskArm> arms) {
  /** The names of these fields in a task file. */
  static final Set<String> FIELDS =
      Set.of(
          "refresh_turnover",
          "cooldown_seconds",
          "controls",
          "seeds",
          "hyper_parameters",
          "launcher",
          "held_out",
          "random_draws",
          "arms");

  private static final Set<String> ARM_FIELDS = Set.of("name", "representation", "algorithm");

  private static final Set<String> HYPER_PARAMETERS =
      Set.of(
          "epochs",
          "learning_rate",
          "batch_size",
          "warmup_ratio",
          "weight_decay",
          "max_gradient_norm",
          "max_length",
          "full",
          "lora_rank",
          "lora_alpha",
          "lora_dropout",
          "lora_targets");

  /** A task that has the defaults of the schema in all fields that have one. */
  private static final TargetTask DEFAULTS =
      TargetTask.newBuilder()
          .setTaskId("")
          .setRevision(1)
          .setBudgets(List.of())
          .setQueries(List.of())
          .build();

  /** Copies the lists, so that the settings cannot change afterwards. */
  public TaskTraining {
    controls = List.copyOf(controls);
    seeds = List.copyOf(seeds);
    heldOut = List.copyOf(heldOut);
    arms = List.copyOf(arms);
  }

  /**
   * Reads these fields from the JSON object of a task file.
   *
   * @throws IllegalArgumentException when a field has another form; the message names the field
   */
  static TaskTraining of(JsonNode object) {
    return new TaskTraining(
        JsonReading.number(object, "refresh_turnover").orElse(DEFAULTS.getRefreshTurnover()),
        JsonReading.wholeNumber(object, "cooldown_seconds").orElse(DEFAULTS.getCooldown()),
        controls(object),
        JsonReading.wholeNumbers(object, "seeds").orElse(DEFAULTS.getSeeds()),
        JsonReading.field(object, "hyper_parameters")
            .map(TaskTraining::hyperParameters)
            .orElse(DEFAULTS.getHyperParameters()),
        JsonReading.text(object, "launcher").orElse(DEFAULTS.getLauncher()),
        QueryList.of(object, "held_out").orElse(DEFAULTS.getHeldOut()),
        JsonReading.wholeNumber(object, "random_draws").orElse(DEFAULTS.getRandomDraws()),
        arms(object));
  }

  /** Sets these fields of a task. */
  void applyTo(TargetTask.Builder task) {
    task.setRefreshTurnover(refreshTurnover)
        .setCooldown(cooldown)
        .setControls(controls)
        .setSeeds(seeds)
        .setHyperParameters(hyperParameters)
        .setLauncher(launcher)
        .setHeldOut(heldOut)
        .setRandomDraws(randomDraws)
        .setArms(arms);
  }

  private static List<TaskArm> arms(JsonNode object) {
    List<TaskArm> arms = new ArrayList<>();
    JsonReading.list(object, "arms").ifPresent(list -> list.forEach(arm -> arms.add(arm(arm))));
    return arms;
  }

  private static TaskArm arm(JsonNode object) {
    if (!object.isObject()) {
      throw new IllegalArgumentException(
          "arms: " + object + " is not an object: use {\"name\": ..., \"algorithm\": ...}");
    }
    JsonReading.requireOnly(object, ARM_FIELDS, "arms");
    TaskArm.Builder arm =
        TaskArm.newBuilder()
            .setName(
                JsonReading.text(object, "name")
                    .orElseThrow(() -> new IllegalArgumentException("arms: a name is missing")));
    JsonReading.text(object, "representation").ifPresent(arm::setRepresentationId);
    JsonReading.text(object, "algorithm").ifPresent(arm::setAlgorithm);
    return arm.build();
  }

  private static List<Arm> controls(JsonNode object) {
    Optional<JsonNode> list = JsonReading.list(object, "controls");
    if (list.isEmpty()) {
      return List.of(Arm.NONE, Arm.RANDOM);
    }
    List<Arm> controls = new ArrayList<>();
    for (JsonNode control : list.get()) {
      controls.add(
          switch (control.asText().toLowerCase(Locale.ROOT)) {
            case "none" -> Arm.NONE;
            case "random" -> Arm.RANDOM;
            default ->
                throw new IllegalArgumentException(
                    "controls: " + control + " is unknown: use \"none\" or \"random\"");
          });
    }
    return controls;
  }

  private static HyperParameters hyperParameters(JsonNode object) {
    if (!object.isObject()) {
      throw new IllegalArgumentException("hyper_parameters is not an object");
    }
    JsonReading.requireOnly(object, HYPER_PARAMETERS, "hyper_parameters");
    HyperParameters.Builder chosen = HyperParameters.newBuilder();
    JsonReading.wholeNumber(object, "epochs").ifPresent(chosen::setEpochs);
    JsonReading.number(object, "learning_rate").ifPresent(chosen::setLearningRate);
    JsonReading.wholeNumber(object, "batch_size").ifPresent(chosen::setBatchSize);
    JsonReading.number(object, "warmup_ratio").ifPresent(chosen::setWarmupRatio);
    JsonReading.number(object, "weight_decay").ifPresent(chosen::setWeightDecay);
    JsonReading.number(object, "max_gradient_norm").ifPresent(chosen::setMaxGradientNorm);
    JsonReading.wholeNumber(object, "max_length").ifPresent(chosen::setMaxLength);
    JsonReading.bool(object, "full").ifPresent(chosen::setFull);
    JsonReading.wholeNumber(object, "lora_rank").ifPresent(chosen::setLoraRank);
    JsonReading.number(object, "lora_alpha").ifPresent(chosen::setLoraAlpha);
    JsonReading.number(object, "lora_dropout").ifPresent(chosen::setLoraDropout);
    JsonReading.list(object, "lora_targets")
        .ifPresent(
            list -> {
              List<String> targets = new ArrayList<>();
              for (JsonNode target : list) {
                if (!target.isTextual()) {
                  throw new IllegalArgumentException("lora_targets: " + target + " is not a text");
                }
                targets.add(target.textValue());
              }
              chosen.setLoraTargets(targets);
            });
    return chosen.build();
  }
}
