package io.sluice.gpuworker.model.lora;

import io.sluice.gpuworker.model.file.TorchFile;
import io.sluice.gpuworker.model.file.TorchTensor;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The state of the Adam optimizer in an {@code optimizer.pt} of the Hugging Face Trainer.
 *
 * <p>The file identifies parameters only by number. The parameters of all groups, one group after
 * another, are in the order of the model's trainable parameters. As a safeguard, their number and
 * all shapes must match.
 */
final class TrainerOptimizer implements AutoCloseable {
  private final TorchFile file;
  private final List<Map<?, ?>> states;

  private TrainerOptimizer(TorchFile file, List<Map<?, ?>> states) {
    this.file = file;
    this.states = states;
  }

  /**
   * Opens the file and checks the number of parameters.
   *
   * @param parameters the number of trained parameters
   * @throws UnusableModelException when the file is damaged, contains anything but values and
   *     tensors, or has another number of parameters
   */
  static TrainerOptimizer open(Path path, int parameters) throws IOException {
    TorchFile file = TorchFile.open(path);
    try {
      return new TrainerOptimizer(file, states(file, parameters));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static List<Map<?, ?>> states(TorchFile file, int parameters) throws IOException {
    Map<?, ?> root = map(file, file.root());
    Map<?, ?> byNumber = map(file, root.get("state"));
    List<Map<?, ?>> states = new ArrayList<>();
    for (Object group : list(file, root.get("param_groups"))) {
      for (Object number : list(file, map(file, group).get("params"))) {
        states.add(map(file, byNumber.get(number)));
      }
    }
    if (states.size() != parameters || byNumber.size() != parameters) {
      throw new UnusableModelException(
          file.path()
              + " has the state of "
              + states.size()
              + " parameters, but the adapter has "
              + parameters
              + ": use the optimizer.pt that was saved with this adapter, and train LoRA parameters"
              + " only");
    }
    return states;
  }

  /**
   * Reads a moment of a parameter.
   *
   * @param number the number of the parameter, from 0
   * @param parameter the name and shape of the parameter
   * @param moment {@code exp_avg} or {@code exp_avg_sq}
   * @return its values in row-major order
   * @throws UnusableModelException when the moment is missing or has another shape
   */
  float[] read(int number, LoraLayout.Parameter parameter, String moment) throws IOException {
    if (!(states.get(number).get(moment) instanceof TorchTensor tensor)) {
      throw new UnusableModelException(
          file.path()
              + " has no "
              + moment
              + " for parameter "
              + number
              + ": train with AdamW (optim adamw_torch or adamw_torch_fused)");
    }
    long[] expected = {parameter.rows(), parameter.columns()};
    if (!Arrays.equals(tensor.shape(), expected)) {
      throw new UnusableModelException(
          file.path()
              + ": parameter "
              + number
              + " has shape "
              + tensor.shapeText()
              + ", but "
              + parameter.name()
              + " has "
              + Arrays.toString(expected)
              + ": use the optimizer.pt that was saved with this adapter");
    }
    return file.read(tensor);
  }

  private static Map<?, ?> map(TorchFile file, Object value) throws UnusableModelException {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw notAnOptimizer(file);
  }

  private static List<?> list(TorchFile file, Object value) throws UnusableModelException {
    if (value instanceof List<?> list) {
      return list;
    }
    throw notAnOptimizer(file);
  }

  private static UnusableModelException notAnOptimizer(TorchFile file) {
    return new UnusableModelException(
        file.path() + " is not the state of an optimizer: use the file that the Trainer wrote");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
