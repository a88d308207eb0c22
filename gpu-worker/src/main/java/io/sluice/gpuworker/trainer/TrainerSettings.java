package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.launch.BuiltinLauncher;
import io.sluice.gpuworker.launch.CommandTemplate;
import io.sluice.gpuworker.launch.Placeholders;
import io.sluice.gpuworker.service.ServiceConfig;
import io.sluice.gpuworker.service.SettingChecks;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** What {@link TrainerConfig} can be given. */
final class TrainerSettings {
  /** What brokers allow unless they are told otherwise. */
  private static final int SHORTEST_LEASE_MS = 6_000;

  private static final int LONGEST_LEASE_MS = 1_800_000;

  private TrainerSettings() {}

  /** All of them, with type, default, range, importance and documentation. */
  static ConfigDef define() {
    ConfigDef settings = ServiceConfig.defineKafka();
    defineWork(settings);
    defineLaunchers(settings);
    return ServiceConfig.defineMetrics(settings);
  }

  private static void defineWork(ConfigDef settings) {
    settings
        .define(
            TrainerConfig.MODEL_DIR,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            new ConfigDef.NonEmptyString(),
            Importance.HIGH,
            "Folder of the base model that is fine-tuned, as Hugging Face publishes it.")
        .define(
            TrainerConfig.OUTPUT_DIR,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            new ConfigDef.NonEmptyString(),
            Importance.HIGH,
            "Folder that gets a folder a job with its models, checkpoints and logs. Trainers that"
                + " share it, over a network or on one machine, go on from each other's"
                + " checkpoints; others start over.")
        .define(
            TrainerConfig.LAUNCHER,
            Type.STRING,
            BuiltinLauncher.NAME,
            SettingChecks.name(),
            Importance.HIGH,
            "Who trains a job that names no launcher: builtin, in this process; command, a program"
                + " of yours; kubernetes, a Kubernetes Job.")
        .define(
            TrainerConfig.GROUP_ID,
            Type.STRING,
            "",
            Importance.MEDIUM,
            "Consumer group that all trainers share. When empty: the topic.prefix and trainer.")
        .define(
            TrainerConfig.NAME,
            Type.STRING,
            "",
            Importance.LOW,
            "Name of this trainer in its reports, unique among those that run. When empty: the"
                + " machine's name and a random part.")
        .define(
            TrainerConfig.LEASE_MS,
            Type.INT,
            30_000,
            Range.between(SHORTEST_LEASE_MS, LONGEST_LEASE_MS),
            Importance.MEDIUM,
            "How long a trainer may be silent before another takes its job, in milliseconds; within"
                + " group.min.session.timeout.ms and group.max.session.timeout.ms of the brokers."
                + " With group.protocol=consumer the brokers set it.")
        .define(
            TrainerConfig.PROGRESS_MS,
            Type.INT,
            10_000,
            Range.atLeast(100),
            Importance.LOW,
            "Time between two reports of progress, in milliseconds; less than lease.ms.")
        .define(
            TrainerConfig.EVALUATE,
            Type.BOOLEAN,
            true,
            Importance.MEDIUM,
            "Whether models are evaluated on the query set and the held-out examples. Turn it off"
                + " where a launcher writes models that cannot be loaded here: jobs then finish"
                + " without outcomes.")
        .define(
            TrainerConfig.TIME_LIMIT_SECONDS,
            Type.LONG,
            0L,
            Range.atLeast(0),
            Importance.MEDIUM,
            "How long one training run, of one arm and seed, may take, in seconds; the job fails"
                + " after that. 0 for no limit.")
        .define(
            TrainerConfig.ATTEMPTS_MAX,
            Type.INT,
            5,
            Range.atLeast(1),
            Importance.MEDIUM,
            "How many trainers may take a job, one after the other; the next fails it. Those that"
                + " were stopped count too.");
  }

  private static void defineLaunchers(ConfigDef settings) {
    settings
        .define(
            TrainerConfig.CHECKPOINT_STEPS,
            Type.INT,
            50,
            Range.atLeast(0),
            Importance.LOW,
            "Steps of the optimizer after which builtin leaves a checkpoint to go on from, beside"
                + " one at each epoch's end; 0 for these alone.")
        .define(
            TrainerConfig.THREADS,
            Type.INT,
            0,
            Range.atLeast(0),
            Importance.LOW,
            "Threads on which builtin computes; 0 for one a core.")
        .define(
            TrainerConfig.TOKENS_IN_FLIGHT,
            Type.INT,
            TrainingCompute.DEFAULT_PACK_TOKENS,
            Range.atLeast(1),
            Importance.LOW,
            "Tokens of the examples that builtin computes at once on a thread: bounds the memory.")
        .define(
            TrainerConfig.COMMAND_LINE,
            Type.STRING,
            "",
            commandLine(),
            Importance.MEDIUM,
            "The program of launcher command and its arguments, split without a shell, with"
                + " placeholders: "
                + String.join(", ", Placeholders.names())
                + ", each in braces. It trains on {dataset}, JSON lines with messages, and writes a"
                + " PEFT adapter or a Hugging Face folder into {output}; exit code 0 means done."
                + " No secrets: other users of the machine see them.")
        .define(
            TrainerConfig.KUBERNETES_TEMPLATE,
            Type.STRING,
            "",
            Importance.MEDIUM,
            "YAML file with the Job that launcher kubernetes creates; the same placeholders in its"
                + " texts. It must see {dataset}, {model} and {output} under the same paths as the"
                + " trainer.")
        .define(
            TrainerConfig.KUBERNETES_NAMESPACE,
            Type.STRING,
            "",
            Importance.LOW,
            "Namespace of these Jobs. When empty: that of the template, else of the cluster's"
                + " configuration.")
        .define(
            TrainerConfig.KUBERNETES_PATIENCE_SECONDS,
            Type.INT,
            300,
            Range.atLeast(1),
            Importance.LOW,
            "How long a cluster may be out of reach before the job fails, in seconds.");
  }

  private static Validator commandLine() {
    return LambdaValidator.with(
        (key, value) -> {
          if (value instanceof String line && !line.isEmpty()) {
            try {
              CommandTemplate.parse(line);
            } catch (IllegalArgumentException e) {
              throw new ConfigException(key + ": " + e.getMessage());
            }
          }
        },
        () -> "a program and its arguments, or nothing");
  }
}
