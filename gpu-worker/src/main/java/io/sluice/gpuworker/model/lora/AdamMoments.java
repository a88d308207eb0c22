package io.sluice.gpuworker.model.lora;

import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The state of the Adam optimizer at a checkpoint, as flat vectors in the order of a {@link
 * LoraLayout}. All values are finite.
 *
 * @param first the moving averages of the gradient ({@code exp_avg})
 * @param second the moving averages of the squared gradient ({@code exp_avg_sq}); not negative
 */
public record AdamMoments(float[] first, float[] second) {
  private static final String BY_NAME = "optimizer_state.safetensors";
  private static final String BY_NUMBER = "optimizer.pt";
  private static final String FIRST = "exp_avg";
  private static final String SECOND = "exp_avg_sq";
  private static final String STEP = "step";

  /** Reads one moment of one parameter. */
  private interface Source {
    float[] read(int number, LoraLayout.Parameter parameter, String moment) throws IOException;
  }

  /**
   * Returns the file in a checkpoint's folder that holds the moments: {@code
   * optimizer_state.safetensors} with {@code PARAMETER.exp_avg} and {@code PARAMETER.exp_avg_sq},
   * or else the Trainer's {@code optimizer.pt}.
   *
   * @throws UnusableModelException when the folder has neither; the message says what it has
   *     instead
   */
  public static Path file(Path folder) throws IOException {
    return Files.exists(folder.resolve(BY_NAME))
        ? folder.resolve(BY_NAME)
        : UnusableModelException.required(
            folder,
            BY_NUMBER,
            ForeignOptimizer.inFolder(folder)
                .orElse(
                    "the Adam form of a gradient needs the state of the optimizer. Train with"
                        + " save_only_model False, or add "
                        + BY_NAME
                        + " with NAME.exp_avg and NAME.exp_avg_sq for each parameter"));
  }

  /**
   * Reads a checkpoint's moments.
   *
   * @throws UnusableModelException when the file does not hold the state of AdamW for exactly the
   *     adapter's parameters, or a moment is not finite, or a second moment is negative
   */
  public static AdamMoments read(LoraCheckpoint checkpoint, LoraLayout layout) throws IOException {
    Path file = file(checkpoint.folder());
    if (file.endsWith(BY_NAME)) {
      Safetensors named = Safetensors.open(file);
      requireOnly(named, layout.parameters());
      return read(
          file,
          layout,
          (number, parameter, moment) ->
              named.read(parameter.name() + "." + moment, parameter.rows(), parameter.columns()));
    }
    try (TrainerOptimizer numbered = TrainerOptimizer.open(file, layout.parameters())) {
      return read(file, layout, numbered::read);
    }
  }

  private static void requireOnly(Safetensors named, List<LoraLayout.Parameter> parameters)
      throws UnusableModelException {
    Set<String> others = new TreeSet<>(named.names());
    for (LoraLayout.Parameter parameter : parameters) {
      for (String value : List.of(FIRST, SECOND, STEP)) {
        others.remove(parameter.name() + "." + value);
      }
    }
    if (!others.isEmpty()) {
      throw new UnusableModelException(
          named.path()
              + " contains "
              + others.iterator().next()
              + ", which is not a moment of a parameter of the adapter: use the file that was saved"
              + " with this adapter, and train LoRA parameters only");
    }
  }

  private static AdamMoments read(Path file, LoraLayout layout, Source source) throws IOException {
    float[] first = new float[layout.size()];
    float[] second = new float[layout.size()];
    List<LoraLayout.Parameter> parameters = layout.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      LoraLayout.Parameter parameter = parameters.get(i);
      float[] mean = source.read(i, parameter, FIRST);
      float[] square = source.read(i, parameter, SECOND);
      for (int j = 0; j < mean.length; j++) {
        requireFinite(file, parameter, FIRST, mean[j]);
        requireFinite(file, parameter, SECOND, square[j]);
        if (square[j] < 0) {
          throw unusable(file, parameter, SECOND, square[j], "is negative");
        }
      }
      System.arraycopy(mean, 0, first, parameter.offset(), mean.length);
      System.arraycopy(square, 0, second, parameter.offset(), square.length);
    }
    return new AdamMoments(first, second);
  }

  private static void requireFinite(
      Path file, LoraLayout.Parameter parameter, String moment, float value)
      throws UnusableModelException {
    if (!Float.isFinite(value)) {
      throw unusable(file, parameter, moment, value, "is not finite");
    }
  }

  private static UnusableModelException unusable(
      Path file, LoraLayout.Parameter parameter, String moment, float value, String what) {
    return new UnusableModelException(
        file
            + ": the moment "
            + moment
            + " of "
            + parameter.name()
            + " has the value "
            + value
            + ", which "
            + what
            + ": the training run overflowed or the file is damaged; use an earlier checkpoint, or"
            + " train again with a lower learning rate or in bfloat16");
  }
}
