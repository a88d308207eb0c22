package io.sluice.local.quickstart;

import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.gpuworker.worker.WorkerSettings;
import io.sluice.local.services.LocalServices;
import io.sluice.local.stack.CloseStack;
import io.sluice.local.stack.LocalStack;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Stack, worker and streams-app of a quickstart, running in this process (the schema registry in a
 * child process). Whoever starts a pipeline closes it.
 *
 * @param parts closes everything that runs, the stack last
 * @param connection the settings by which clients find the stack
 * @param kafka clients of the stack's Kafka and registry
 * @param workerGroup the worker's consumer group
 * @param fingerprint of the worker's vectors
 * @param services the worker and the streams-app
 */
record Pipeline(
    CloseStack parts,
    Map<String, String> connection,
    KafkaAccess kafka,
    String workerGroup,
    String fingerprint,
    LocalServices services)
    implements AutoCloseable {

  /**
   * Starts all parts. When one of them cannot start, those that did are closed again.
   *
   * @param settings directory, ports and topics of the stack
   * @param plan says how examples are represented
   * @param inputs the model, and the tasks' representation id
   * @param display shows what is being started
   * @throws IOException when the model cannot be used
   * @throws io.sluice.local.stack.StackException when the stack cannot start
   */
  static Pipeline start(
      LocalStack.Settings settings, QuickstartPlan plan, Inputs inputs, ProgressDisplay display)
      throws IOException, InterruptedException {
    CloseStack parts = new CloseStack();
    boolean started = false;
    try {
      // The model comes first because it is the part that most often cannot be used.
      RepresentationSettings representation = plan.representation(inputs.model());
      display.phase(
          representation.kind().needsBaseModel()
              ? "loading the model (the first time unpacks PyTorch, 430 MB)"
              : "loading the model");
      Representer representer =
          parts.push(
              ExampleRepresenter.open(
                  representation, ComputeSettings.DEFAULT.on(plan.features().devices())));
      display.phase("starting the broker and the schema registry");
      LocalStack stack = parts.push(LocalStack.start(settings));
      Map<String, String> kafka =
          Map.of(
              "bootstrap.servers", stack.bootstrapServers(),
              "schema.registry.url", stack.schemaRegistryUrl(),
              "topic.prefix", settings.topics().prefix());
      display.phase("starting the streams-app and the worker on " + representer.device());
      WorkerConfig workerConfig =
          workerConfig(kafka, plan.features(), representation, inputs.representationId());
      LocalServices services =
          parts.push(
              LocalServices.start(
                  streamsConfig(kafka, settings.directory()),
                  workerConfig,
                  representer,
                  Optional.empty()));
      started = true;
      return new Pipeline(
          parts,
          kafka,
          KafkaAccess.of(kafka),
          workerConfig.groupId(),
          representer.fingerprint(),
          services);
    } finally {
      if (!started) {
        parts.close();
      }
    }
  }

  /**
   * Checks that the worker and the streams-app are running.
   *
   * @throws IllegalStateException when one of them has ended; the message says why
   */
  void requireRunning() {
    services.requireRunning();
  }

  /** Stops all parts, the stack last. */
  @Override
  public void close() {
    parts.close();
  }

  private static StreamsAppConfig streamsConfig(Map<String, String> kafka, Path directory) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("state.dir", directory.resolve("streams-state").toString());
    settings.put(StreamsAppSettings.HTTP_PORT.key(), 0);
    return new StreamsAppConfig(settings);
  }

  /** The settings of a worker whose representer is already open. */
  private static WorkerConfig workerConfig(
      Map<String, String> kafka,
      QuickstartPlan.Features features,
      RepresentationSettings representation,
      String representationId) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(WorkerSettings.KIND.key(), representation.kind().label());
    settings.put(
        WorkerSettings.MODEL_DIR.key(), representation.model().map(Path::toString).orElse(""));
    settings.put(
        WorkerSettings.CHECKPOINT_DIRS.key(),
        representation.checkpoints().stream().map(Path::toString).toList());
    settings.put(WorkerSettings.REPRESENTATION_ID.key(), representationId);
    settings.put(WorkerSettings.ENCODING.key(), features.encoding().name());
    return new WorkerConfig(settings);
  }
}
