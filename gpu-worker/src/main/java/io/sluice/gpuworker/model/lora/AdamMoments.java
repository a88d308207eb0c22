package io.sluice.gpuworker.model.lora;

import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The state of the Adam optimizer at a checkpoint, as flat vectors in the order of a {@link
 * LoraLayout}.
 *
 * @param first the moving averages of the gradient ({@code exp_avg})
 * @param second the moving averages of the squared gradient ({@code exp_avg_sq}); not negative
 */
public record AdamMoments(float[] first, float[] second) {
  private static final String BY_NAME = "optimizer_state.safetensors";
  private static final String BY_NUMBER = "optimizer.pt";
  private static final String FIRST = "exp_avg";
  private static final String SECOND = "exp_avg_sq";

  /** Reads one moment of one parameter. */
  private interface Source {
    float[] read(int number, LoraLayout.Parameter parameter, String moment) throws IOException;
  }

  /**
   * Returns the file in a checkpoint's folder that holds the moments: {@code
   * optimizer_state.safetensors} with {@code PARAMETER.exp_avg} and {@code PARAMETER.exp_avg_sq},
   * or else the Trainer's {@code optimizer.pt}.
   *
   * @throws UnusableModelException when the folder has neither
   */
  public static Path file(Path folder) throws UnusableModelException {
    return Files.exists(folder.resolve(BY_NAME))
        ? folder.resolve(BY_NAME)
        : UnusableModelException.required(
            folder,
            BY_NUMBER,
            "the Adam form of a gradient needs the state of the optimizer. Train with save_only_model"
                + " False, or add "
                + BY_NAME
                + " with NAME.exp_avg and NAME.exp_avg_sq for each parameter");
  }

  /**
   * Reads a checkpoint's moments.
   *
   * @throws UnusableModelException when a parameter has no moments or moments of another shape, or
   *     a second moment is negative or NaN
   */
  public static AdamMoments read(LoraCheckpoint checkpoint, LoraLayout layout) throws IOException {
    Path file = file(checkpoint.folder());
    if (file.endsWith(BY_NAME)) {
      Safetensors named = Safetensors.open(file);
      return read(
          file,
          layout,
          (number, parameter, moment) ->
              named.read(parameter.name() + "." + moment, parameter.rows(), parameter.columns()));
    }
    try (TrainerOptimizer numbered = TrainerOptimizer.open(file, layout.parameters().size())) {
      return read(file, layout, numbered::read);
    }
  }

  private static AdamMoments read(Path file, LoraLayout layout, Source source) throws IOException {
    float[] first = new float[layout.size()];
    float[] second = new float[layout.size()];
    List<LoraLayout.Parameter> parameters = layout.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      LoraLayout.Parameter parameter = parameters.get(i);
      LoraStack.copy(source.read(i, parameter, FIRST), first, parameter.offset());
      LoraStack.copy(source.read(i, parameter, SECOND), second, parameter.offset());
    }
    for (float value : second) {
      if (!(value >= 0)) {
        throw new UnusableModelException(
            file
                + " has an exp_avg_sq that is negative or not a number: copy or save the file again");
      }
    }
    return new AdamMoments(first, second);
  }
}
