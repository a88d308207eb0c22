package io.sluice.local.cli.stack;

import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.trainer.TrainerSettings;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.gpuworker.worker.WorkerSettings;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of {@code up} about the services that {@code --all} runs too. */
final class AllOptions {
  @Option(
      names = "--all",
      description =
          "Also run a worker, the streams-app with its page, and a trainer, in this process. Without"
              + " --model they use the small bundled model, and when there is no task yet, the bundled"
              + " tasks and candidates are sent.")
  private boolean all;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "With --all: folder of the base model that represents and is fine-tuned, in Hugging Face"
              + " format.")
  private Optional<Path> model;

  @Option(
      names = "--checkpoint",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "With --all: folders of the model's warm-up checkpoints (PEFT LoRA), in the order of"
              + " training. May be repeated.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "With --all: port of the page and the HTTP API; 0 chooses a free port (default: 8085).")
  private Optional<Integer> httpPort;

  @Option(
      names = "--empty",
      description = "With --all: do not send the bundled tasks and candidates.")
  private boolean empty;

  /** Called by picocli. */
  AllOptions() {}

  /** Whether the services run too. */
  boolean isGiven() {
    return all;
  }

  /** Whether the bundled tasks and candidates are sent when there is no task yet. */
  boolean sendsBundled() {
    return model.isEmpty() && !empty;
  }

  /**
   * Checks that the options fit together.
   *
   * @throws IllegalArgumentException when they do not; the message says what to give
   */
  void check() {
    boolean others = model.isPresent() || !checkpoints.isEmpty() || httpPort.isPresent() || empty;
    if (!all && others) {
      throw new IllegalArgumentException(
          "--model, --checkpoint, --http-port and --empty are about the services: give --all too");
    }
    if (model.isPresent() == checkpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "--model and --checkpoint go together: give both or neither");
    }
  }

  /**
   * The settings of the services, without those of the connection.
   *
   * @param data the data directory of the stack
   * @throws IOException when the bundled model cannot be written there
   */
  Models models(Path data) throws IOException {
    if (model.isPresent()) {
      return new Models(model.get(), checkpoints, data, httpPort);
    }
    WrittenModel bundled = BundledModel.write(data.resolve("bundled").resolve("model"));
    return new Models(bundled.base(), bundled.checkpoints(), data, httpPort);
  }

  /**
   * The model of the services, and their folders.
   *
   * @param base folder of the base model
   * @param checkpoints folders of its warm-up checkpoints
   * @param data the data directory of the stack
   * @param httpPort port of the page; empty for the default one
   */
  record Models(Path base, List<Path> checkpoints, Path data, Optional<Integer> httpPort) {
    WorkerConfig worker(Map<String, String> kafka) {
      Map<String, Object> settings = new HashMap<>(kafka);
      settings.put(WorkerSettings.MODEL_DIR.key(), base.toString());
      settings.put(
          WorkerSettings.CHECKPOINT_DIRS.key(), checkpoints.stream().map(Path::toString).toList());
      return new WorkerConfig(settings);
    }

    StreamsAppConfig streams(Map<String, String> kafka) {
      Map<String, Object> settings = new HashMap<>(kafka);
      settings.put(StreamsAppSettings.STATE_DIR.key(), data.resolve("streams-state").toString());
      httpPort.ifPresent(port -> settings.put(StreamsAppSettings.HTTP_PORT.key(), port));
      return new StreamsAppConfig(settings);
    }

    TrainerConfig trainer(Map<String, String> kafka) {
      Map<String, Object> settings = new HashMap<>(kafka);
      settings.put(TrainerSettings.MODEL_DIR.key(), base.toString());
      settings.put(TrainerSettings.OUTPUT_DIR.key(), data.resolve("trained").toString());
      settings.put(TrainerSettings.PROGRESS_MS.key(), PROGRESS_MS);
      return new TrainerConfig(settings);
    }

    /** Often enough to watch a training on the page. */
    private static final int PROGRESS_MS = 1_000;
  }
}
