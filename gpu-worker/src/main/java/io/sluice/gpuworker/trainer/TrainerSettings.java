package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.launch.CommandTemplate;
import io.sluice.gpuworker.launch.Launchers;
import io.sluice.gpuworker.launch.Placeholders;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.schemas.connection.Setting;
import io.sluice.schemas.connection.SettingChecks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The settings that a trainer has beyond those of every service; read by {@link TrainerConfig}. */
public final class TrainerSettings {
  /** What brokers allow by default: {@code group.min.session.timeout.ms}. */
  private static final int SHORTEST_LEASE_MS = 6_000;

  /** What brokers allow by default: {@code group.max.session.timeout.ms}. */
  private static final int LONGEST_LEASE_MS = 1_800_000;

  /** The base model's folder. */
  public static final Setting<Path> MODEL_DIR =
      Setting.text("model.dir")
          .valid(new ConfigDef.NonEmptyString())
          .importance(Importance.HIGH)
          .documentation(
              "Folder of the base model that is fine-tuned, as Hugging Face publishes it.")
          .as(Path::of);

  /** The folder of all jobs' folders. */
  public static final Setting<Path> OUTPUT_DIR =
      Setting.text("output.dir")
          .valid(new ConfigDef.NonEmptyString())
          .importance(Importance.HIGH)
          .documentation(
              "Folder in which each job gets a folder with its models, checkpoints and logs."
                  + " Trainers that share this folder, over a network or on one machine, continue"
                  + " from each other's checkpoints; otherwise a trainer that takes over a job"
                  + " starts it anew.")
          .as(Path::of);

  /** The launcher of jobs that name none. */
  public static final Setting<String> LAUNCHER =
      Setting.text("launcher")
          .byDefault(Launchers.BUILTIN)
          .valid(SettingChecks.name())
          .importance(Importance.HIGH)
          .documentation(
              "Launcher of the jobs that name none: builtin (trains in this process), command"
                  + " (starts a program of yours) or kubernetes (creates a Kubernetes Job).");

  /** The consumer group; empty for one that is named after the topic prefix. */
  public static final Setting<Optional<String>> GROUP_ID =
      Setting.text("group.id")
          .byDefault("")
          .documentation(
              "Consumer group that all trainers share. When empty: the topic.prefix, followed by"
                  + " trainer.")
          .as(text -> Optional.of(text).filter(given -> !given.isEmpty()));

  /** This trainer's name; empty for the machine's name and a random part. */
  public static final Setting<Optional<String>> NAME =
      Setting.text("trainer.name")
          .byDefault("")
          .importance(Importance.LOW)
          .documentation(
              "Name of this trainer in its reports, unique among the trainers that run. When empty:"
                  + " the host name and a random part.")
          .as(text -> Optional.of(text).filter(given -> !given.isEmpty()));

  /** How long a trainer may be silent before another takes its job. */
  public static final Setting<Duration> LEASE_MS =
      Setting.integer("lease.ms")
          .byDefault(30_000)
          .valid(Range.between(SHORTEST_LEASE_MS, LONGEST_LEASE_MS))
          .documentation(
              "Time in milliseconds without a sign of life from a trainer after which another"
                  + " trainer takes its job; between group.min.session.timeout.ms and"
                  + " group.max.session.timeout.ms of the brokers. With group.protocol=consumer the"
                  + " brokers set this time, and lease.ms is refused.")
          .as(Duration::ofMillis);

  /** The time between two reports of progress. */
  public static final Setting<Duration> PROGRESS_MS =
      Setting.integer("progress.ms")
          .byDefault(10_000)
          .valid(Range.atLeast(100))
          .importance(Importance.LOW)
          .documentation(
              "Time between two reports of progress, in milliseconds; less than lease.ms.")
          .as(Duration::ofMillis);

  /** Whether models are evaluated. */
  public static final Setting<Boolean> EVALUATE =
      Setting.flag("evaluate")
          .byDefault(true)
          .documentation(
              "Whether models are evaluated on the query set and the held-out examples. Turn this"
                  + " off if a launcher writes models that the trainer cannot load; jobs then"
                  + " finish without losses.");

  /** The time limit of a training run; empty for none. */
  public static final Setting<Optional<Duration>> TIME_LIMIT_SECONDS =
      Setting.longInteger("time.limit.seconds")
          .byDefault(0L)
          .valid(Range.atLeast(0))
          .documentation(
              "Maximum duration of one training run (of one arm and seed), in seconds, after which"
                  + " the job fails. 0 for no limit.")
          .as(seconds -> Optional.of(Duration.ofSeconds(seconds)).filter(limit -> !limit.isZero()));

  /** The number of trainers that may take a job, one after the other. */
  public static final Setting<Integer> ATTEMPTS_MAX =
      Setting.integer("attempts.max")
          .byDefault(5)
          .valid(Range.atLeast(1))
          .documentation(
              "Maximum number of attempts for a job. The trainer that would begin one more reports"
                  + " the job as failed. Attempts that ended because a trainer was stopped count"
                  + " too; those that ended because its device failed do not.");

  /** Steps between checkpoints; 0 for those of epochs alone. */
  public static final Setting<Integer> CHECKPOINT_STEPS =
      Setting.integer("checkpoint.steps")
          .byDefault(50)
          .valid(Range.atLeast(0))
          .importance(Importance.LOW)
          .documentation(
              "Number of optimizer steps after which builtin writes a checkpoint that a training"
                  + " run can be continued from, in addition to the one at the end of each epoch; 0"
                  + " for the latter only.");

  /** The number of threads that compute; 0 in the file stands for one per core. */
  public static final Setting<Integer> THREADS =
      Setting.integer("threads")
          .byDefault(0)
          .valid(Range.atLeast(0))
          .importance(Importance.LOW)
          .documentation("Number of threads on which builtin computes; 0 for one per core.")
          .as(threads -> threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);

  /** The number of tokens that are computed at a time on a thread. */
  public static final Setting<Integer> TOKENS_IN_FLIGHT =
      Setting.integer("tokens.in.flight")
          .byDefault(TrainingCompute.DEFAULT_PACK_TOKENS)
          .valid(Range.atLeast(1))
          .importance(Importance.LOW)
          .documentation(
              "Maximum number of tokens that builtin computes at the same time per thread; it"
                  + " limits the memory. With dropout, another number gives other random masks.");

  /** Where builtin trains, and where models are evaluated. */
  public static final Setting<DeviceChoice> DEVICES =
      Setting.text("devices")
          .byDefault(DeviceChoice.AUTO.label())
          .documentation(
              "The device on which builtin trains and on which models are evaluated: auto (the"
                  + " first GPU, or the CPU if there is none), cpu, gpu (the first GPU) or the"
                  + " number of a GPU, counted from 0. A trainer does not start without the GPU that"
                  + " was chosen. 'deploy/sluice devices' shows them. Start a trainer for each device to use several.")
          .parsed("auto, cpu, gpu or the number of a GPU", DeviceChoice::one);

  /** The type in which the base model's weights are kept. */
  public static final Setting<WeightType> DTYPE =
      Setting.text("dtype")
          .byDefault(WeightSettings.DEFAULT.dtype().label())
          .valid(ValidString.in(WeightType.labels().toArray(String[]::new)))
          .documentation(
              "Type in which builtin and the evaluation keep the weight matrices of a model:"
                  + " float32, auto (as they are stored), bfloat16 or float16. Adapters are kept in"
                  + " 32 bits. Jobs that train all weights need float32, and fail with another"
                  + " type.")
          .as(WeightType::of);

  /** How matrices of 16 bits are multiplied. */
  public static final Setting<ProductType> COMPUTE =
      Setting.text("compute")
          .byDefault(WeightSettings.DEFAULT.compute().label())
          .valid(ValidString.in(ProductType.labels().toArray(String[]::new)))
          .importance(Importance.LOW)
          .documentation(
              "How weight matrices of 16 bits are multiplied: float32 (widened; training then keeps"
                  + " the widened ones until the end of a pass, and so needs the memory of 32"
                  + " bits), stored (inputs and results are rounded to the type of the matrix) or"
                  + " auto (the faster one, by a short measurement). Has no effect on matrices of"
                  + " 32 bits.")
          .as(ProductType::of);

  /** The user's program. */
  public static final Setting<Optional<CommandTemplate>> COMMAND_LINE =
      Setting.text("command.line")
          .byDefault("")
          .documentation(
              "The program of launcher command and its arguments, split without a shell, with"
                  + " placeholders: "
                  + String.join(", ", Placeholders.names())
                  + ", each in braces. It trains on {dataset}, JSON lines with messages, and writes"
                  + " a PEFT adapter or a Hugging Face folder into {output}; exit code 0 means"
                  + " done. No secrets: other users of the machine see them.")
          .parsed(
              "a program and its arguments, or nothing",
              line ->
                  Optional.of(line).filter(given -> !given.isEmpty()).map(CommandTemplate::parse));

  /** The file of the Kubernetes Job. */
  public static final Setting<Optional<Path>> KUBERNETES_TEMPLATE =
      Setting.text("kubernetes.template")
          .byDefault("")
          .documentation(
              "YAML file with the Job that launcher kubernetes creates. Its texts may contain the"
                  + " placeholders of command.line. Its containers must see {dataset}, {model} and"
                  + " {output} under the same paths as the trainer.")
          .as(text -> Optional.of(text).filter(given -> !given.isEmpty()).map(Path::of));

  /** The namespace of Kubernetes Jobs. */
  public static final Setting<Optional<String>> KUBERNETES_NAMESPACE =
      Setting.text("kubernetes.namespace")
          .byDefault("")
          .importance(Importance.LOW)
          .documentation(
              "Namespace of these Jobs. When empty: that of the template, else of the cluster's"
                  + " configuration.")
          .as(text -> Optional.of(text).filter(given -> !given.isEmpty()));

  /** How long a cluster may be out of reach. */
  public static final Setting<Duration> KUBERNETES_PATIENCE_SECONDS =
      Setting.integer("kubernetes.patience.seconds")
          .byDefault(300)
          .valid(Range.atLeast(1))
          .importance(Importance.LOW)
          .documentation(
              "Time in seconds for which the cluster may be unreachable before the job fails.")
          .as(Duration::ofSeconds);

  private TrainerSettings() {}

  /** All of them, in the order in which they are listed. */
  static List<Setting<?>> all() {
    return List.of(
        MODEL_DIR,
        OUTPUT_DIR,
        LAUNCHER,
        GROUP_ID,
        NAME,
        LEASE_MS,
        PROGRESS_MS,
        EVALUATE,
        TIME_LIMIT_SECONDS,
        ATTEMPTS_MAX,
        CHECKPOINT_STEPS,
        THREADS,
        TOKENS_IN_FLIGHT,
        DEVICES,
        DTYPE,
        COMPUTE,
        COMMAND_LINE,
        KUBERNETES_TEMPLATE,
        KUBERNETES_NAMESPACE,
        KUBERNETES_PATIENCE_SECONDS);
  }
}
