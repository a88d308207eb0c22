package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.TrainingHyperParameters;
import io.sluice.gpuworker.finetune.TrainingSettings;
import io.sluice.gpuworker.gradient.TextForm;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of commands that train once. */
final class TrainingOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private BaseModelOption model;

  @Option(
      names = "--skip-invalid",
      description = "Exit with 0 even when examples cannot be used; they are still reported.")
  private boolean skipInvalid;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Seed of the order of examples, of a new adapter and of dropout (default:"
              + " ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private HyperParameterOptions hyper;
  @Mixin private WeightOptions weights;
  @Mixin private DeviceOption device;

  /**
   * Builds the settings of a run from the options.
   *
   * @throws ParameterException when an option is out of range
   */
  TrainingSettings settings(FineTuneMethod method, int epochs) {
    try {
      return new TrainingSettings(
          model.folder(),
          method,
          hyper.hyper(TrainingHyperParameters.DEFAULT.withEpochs(epochs).withSeed(seed)),
          hyper.compute(device.choice(), weights.settings()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** How messages become text. */
  TextForm textForm() {
    return hyper.textForm();
  }

  /**
   * Builds the settings of a new adapter from the options.
   *
   * @throws ParameterException when an option is out of range
   */
  FineTuneMethod.NewAdapter newAdapter() {
    return hyper.newAdapter();
  }

  /**
   * The settings with which the training of an adapter continues. Its own dropout counts if none is
   * given.
   *
   * @throws ParameterException when an option has no effect on it, or is out of range
   * @throws IOException when the adapter's config cannot be read
   */
  FineTuneMethod.GivenAdapter givenAdapter(Path folder) throws IOException {
    return hyper.givenAdapter(folder);
  }

  /**
   * Training of all weights.
   *
   * @throws ParameterException when an option of adapters was given
   */
  FineTuneMethod.AllWeights allWeights() {
    return hyper.allWeights();
  }

  /** The exit code of a run that has ended: an error if examples could not be used. */
  int exitCode(UnusableLines unusable, EncodedExamples examples) {
    return skipInvalid || unusable.count() + examples.refused().size() == 0
        ? ExitCode.OK
        : ExitCode.SOFTWARE;
  }
}
