package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.UnusableDeviceException;
import io.sluice.gpuworker.job.Evaluator;
import io.sluice.gpuworker.job.FileFailures;
import io.sluice.gpuworker.job.ModelEvaluator;
import io.sluice.gpuworker.launch.LauncherSettings;
import io.sluice.gpuworker.launch.Launchers;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.service.ServiceFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Creates what a trainer's settings ask for, and checks what can be checked before a job runs. */
final class TrainerSetup {
  private TrainerSetup() {}

  /**
   * Sets up the launchers.
   *
   * @throws ServiceFailure when one cannot be set up; the message says what to do
   */
  static Launchers launchers(TrainerConfig config) {
    int steps = config.checkpointSteps();
    try {
      return Launchers.open(
          new LauncherSettings(
              config.launcher(),
              config.compute(),
              steps == 0 ? OptionalInt.empty() : OptionalInt.of(steps),
              config.command(),
              config
                  .kubernetesTemplate()
                  .map(
                      file ->
                          new LauncherSettings.Kubernetes(
                              file, config.kubernetesNamespace(), config.kubernetesPatience()))));
    } catch (IOException e) {
      throw new ServiceFailure(
          "kubernetes.template: " + FileFailures.reason(e, config.output()), e);
    } catch (IllegalArgumentException e) {
      throw new ServiceFailure(e.getMessage(), e);
    }
  }

  /**
   * Checks that the base model can be used, so that no job fails because of it. It is not checked
   * when only a user's program reads it, which may know forms of models that Sluice does not.
   *
   * @throws ServiceFailure when it cannot be used; the message says what to do
   */
  static void requireModel(TrainerConfig config) {
    Path model = config.model();
    if (!Files.isDirectory(model)) {
      throw new ServiceFailure(
          "model.dir " + model + " is not a folder: give the folder of the base model (--model)");
    }
    if (!computes(config)) {
      return;
    }
    try {
      DecoderConfig.read(model);
      DecoderWeights.files(model);
      Tokens.open(model, 1).close();
    } catch (IOException e) {
      throw new ServiceFailure("model.dir: " + FileFailures.reason(e, config.output()), e);
    }
  }

  /**
   * Checks that the device is there, so that not every job fails because of it. The engine is only
   * started for this if a GPU was chosen.
   *
   * @throws ServiceFailure when it is not; the message says what to do
   */
  static void requireDevice(TrainerConfig config) {
    DeviceChoice device = config.compute().device();
    if (!device.needsGpu() || !computes(config)) {
      return;
    }
    try {
      Torch.open(device).close();
    } catch (UnusableDeviceException e) {
      throw new ServiceFailure(e.getMessage(), e);
    }
  }

  /** Whether this process computes with models, and not only a user's program or Kubernetes Job. */
  private static boolean computes(TrainerConfig config) {
    return config.evaluates() || config.launcher().equals(Launchers.BUILTIN);
  }

  /** The evaluator of trained models; empty when evaluation is turned off. */
  static Optional<Evaluator> evaluator(TrainerConfig config) {
    return config.evaluates()
        ? Optional.of(new ModelEvaluator(config.model(), config.compute()))
        : Optional.empty();
  }
}
