package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.launch.CommandTemplate;
import io.sluice.gpuworker.launch.Launchers;
import io.sluice.gpuworker.launch.Placeholders;
import io.sluice.schemas.connection.Setting;
import io.sluice.schemas.connection.SettingChecks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;

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
              "Folder that gets a folder a job with its models, checkpoints and logs. Trainers that"
                  + " share it, over a network or on one machine, go on from each other's"
                  + " checkpoints; others start over.")
          .as(Path::of);

  /** The launcher of jobs that name none. */
  public static final Setting<String> LAUNCHER =
      Setting.text("launcher")
          .byDefault(Launchers.BUILTIN)
          .valid(SettingChecks.name())
          .importance(Importance.HIGH)
          .documentation(
              "Who trains a job that names no launcher: builtin, in this process; command, a program"
                  + " of yours; kubernetes, a Kubernetes Job.");

  /** The consumer group; empty for one that is named after the topic prefix. */
  public static final Setting<Optional<String>> GROUP_ID =
      Setting.text("group.id")
          .byDefault("")
          .documentation(
              "Consumer group that all trainers share. When empty: the topic.prefix and trainer.")
          .as(text -> Optional.of(text).filter(given -> !given.isEmpty()));

  /** This trainer's name; empty for the machine's name and a random part. */
  public static final Setting<Optional<String>> NAME =
      Setting.text("trainer.name")
          .byDefault("")
          .importance(Importance.LOW)
          .documentation(
              "Name of this trainer in its reports, unique among those that run. When empty: the"
                  + " machine's name and a random part.")
          .as(text -> Optional.of(text).filter(given -> !given.isEmpty()));

  /** How long a trainer may be silent before another takes its job. */
  public static final Setting<Duration> LEASE_MS =
      Setting.integer("lease.ms")
          .byDefault(30_000)
          .valid(Range.between(SHORTEST_LEASE_MS, LONGEST_LEASE_MS))
          .documentation(
              "How long a trainer may be silent before another takes its job, in milliseconds; within"
                  + " group.min.session.timeout.ms and group.max.session.timeout.ms of the brokers."
                  + " With group.protocol=consumer the brokers set it.")
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
              "Whether models are evaluated on the query set and the held-out examples. Turn it off"
                  + " where a launcher writes models that cannot be loaded here: jobs then finish"
                  + " without outcomes.");

  /** The time limit of a training run; empty for none. */
  public static final Setting<Optional<Duration>> TIME_LIMIT_SECONDS =
      Setting.longInteger("time.limit.seconds")
          .byDefault(0L)
          .valid(Range.atLeast(0))
          .documentation(
              "How long one training run, of one arm and seed, may take, in seconds; the job fails"
                  + " after that. 0 for no limit.")
          .as(seconds -> Optional.of(Duration.ofSeconds(seconds)).filter(limit -> !limit.isZero()));

  /** The number of trainers that may take a job, one after the other. */
  public static final Setting<Integer> ATTEMPTS_MAX =
      Setting.integer("attempts.max")
          .byDefault(5)
          .valid(Range.atLeast(1))
          .documentation(
              "How many trainers may take a job, one after the other; the next fails it. Those that"
                  + " were stopped count too.");

  /** Steps between checkpoints; 0 for those of epochs alone. */
  public static final Setting<Integer> CHECKPOINT_STEPS =
      Setting.integer("checkpoint.steps")
          .byDefault(50)
          .valid(Range.atLeast(0))
          .importance(Importance.LOW)
          .documentation(
              "Steps of the optimizer after which builtin leaves a checkpoint to go on from, beside"
                  + " one at each epoch's end; 0 for these alone.");

  /** The number of threads that compute; 0 in the file stands for one per core. */
  public static final Setting<Integer> THREADS =
      Setting.integer("threads")
          .byDefault(0)
          .valid(Range.atLeast(0))
          .importance(Importance.LOW)
          .documentation("Threads on which builtin computes; 0 for one a core.")
          .as(threads -> threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);

  /** The number of tokens that are computed at a time on a thread. */
  public static final Setting<Integer> TOKENS_IN_FLIGHT =
      Setting.integer("tokens.in.flight")
          .byDefault(TrainingCompute.DEFAULT_PACK_TOKENS)
          .valid(Range.atLeast(1))
          .importance(Importance.LOW)
          .documentation(
              "Tokens of the examples that builtin computes at once on a thread: bounds the memory.");

  /** The user's program. */
  public static final Setting<Optional<CommandTemplate>> COMMAND_LINE =
      Setting.text("command.line")
          .byDefault("")
          .documentation(
              "The program of launcher command and its arguments, split without a shell, with"
                  + " placeholders: "
                  + String.join(", ", Placeholders.names())
                  + ", each in braces. It trains on {dataset}, JSON lines with messages, and writes a"
                  + " PEFT adapter or a Hugging Face folder into {output}; exit code 0 means done."
                  + " No secrets: other users of the machine see them.")
          .parsed(
              "a program and its arguments, or nothing",
              line ->
                  Optional.of(line).filter(given -> !given.isEmpty()).map(CommandTemplate::parse));

  /** The file of the Kubernetes Job. */
  public static final Setting<Optional<Path>> KUBERNETES_TEMPLATE =
      Setting.text("kubernetes.template")
          .byDefault("")
          .documentation(
              "YAML file with the Job that launcher kubernetes creates; the same placeholders in its"
                  + " texts. It must see {dataset}, {model} and {output} under the same paths as the"
                  + " trainer.")
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
          .documentation("How long a cluster may be out of reach before the job fails, in seconds.")
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
        COMMAND_LINE,
        KUBERNETES_TEMPLATE,
        KUBERNETES_NAMESPACE,
        KUBERNETES_PATIENCE_SECONDS);
  }
}
