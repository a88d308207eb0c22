package io.sluice.gpuworker.trainer;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.job.Evaluator;
import io.sluice.gpuworker.job.FileTrouble;
import io.sluice.gpuworker.job.ModelEvaluator;
import io.sluice.gpuworker.launch.BuiltinLauncher;
import io.sluice.gpuworker.launch.CommandLauncher;
import io.sluice.gpuworker.launch.KubernetesJobTemplate;
import io.sluice.gpuworker.launch.KubernetesLauncher;
import io.sluice.gpuworker.launch.Launcher;
import io.sluice.gpuworker.launch.Launchers;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.service.ServiceFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Sets up the launchers that a trainer's settings ask for. */
final class LauncherSetup {
  private static final Duration POLL = Duration.ofSeconds(2);

  private LauncherSetup() {}

  /**
   * All of them.
   *
   * @throws ServiceFailure when one cannot be set up; says what to do
   */
  static Launchers of(TrainerConfig config) {
    Map<String, Launcher> byName = new TreeMap<>();
    int steps = config.checkpointSteps();
    byName.put(
        BuiltinLauncher.NAME,
        new BuiltinLauncher(
            compute(config), steps == 0 ? OptionalInt.empty() : OptionalInt.of(steps)));
    config
        .command()
        .ifPresent(command -> byName.put(CommandLauncher.NAME, new CommandLauncher(command)));
    config
        .kubernetesTemplate()
        .ifPresent(file -> byName.put(KubernetesLauncher.NAME, kubernetes(config, file)));
    if (!byName.containsKey(config.launcher())) {
      throw new ServiceFailure(
          "launcher=%s is not set up: use one of %s; command needs command.line, kubernetes needs kubernetes.template"
              .formatted(config.launcher(), byName.keySet()));
    }
    return new Launchers(byName, config.launcher());
  }

  /**
   * Finds out whether the base model can be used, before a job is failed for it.
   *
   * @throws ServiceFailure when it cannot; says what to do
   */
  static void requireModel(TrainerConfig config) {
    Path model = config.model();
    if (!Files.isDirectory(model)) {
      throw new ServiceFailure(
          "model.dir " + model + " is no folder: give the base model's (--model)");
    }
    if (!config.evaluates() && !config.launcher().equals(BuiltinLauncher.NAME)) {
      // What a user's program trains need not be known here.
      return;
    }
    try {
      DecoderConfig.read(model);
      DecoderWeights.files(model);
      Tokens.open(model, 1).close();
    } catch (IOException e) {
      throw new ServiceFailure("model.dir: " + FileTrouble.reason(e, config.output()), e);
    }
  }

  /** What evaluates; nothing when that is turned off. */
  static Optional<Evaluator> evaluator(TrainerConfig config) {
    return config.evaluates()
        ? Optional.of(new ModelEvaluator(config.model(), compute(config)))
        : Optional.empty();
  }

  private static TrainingCompute compute(TrainerConfig config) {
    return new TrainingCompute(config.threads(), config.tokensInFlight());
  }

  /** The launcher asks again by itself: the client is not to. */
  private static Launcher kubernetes(TrainerConfig config, Path file) {
    KubernetesJobTemplate template;
    try {
      template = KubernetesJobTemplate.read(file);
    } catch (IOException e) {
      throw new ServiceFailure("kubernetes.template: " + FileTrouble.reason(e, config.output()), e);
    }
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder().withRequestRetryBackoffLimit(0).build())
            .build();
    return new KubernetesLauncher(
        client,
        template,
        config.kubernetesNamespace(),
        new KubernetesLauncher.Pace(POLL, config.kubernetesPatience(), System::nanoTime));
  }
}
