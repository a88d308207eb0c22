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
 * The state of Adam in the Hugging Face Trainer's {@code optimizer.pt}.
 *
 * <p>It knows parameters by number only: those of all parameter groups, one after another, are in
 * the order in which the model lists what it trains. So their count and every shape must fit.
 */
final class TrainerOptimizer implements AutoCloseable {
  private final TorchFile file;
  private final List<Map<?, ?>> states;

  private TrainerOptimizer(TorchFile file, List<Map<?, ?>> states) {
    this.file = file;
    this.states = states;
  }

  /**
   * Opens the file.
   *
   * @param parameters how many parameters were trained
   * @throws UnusableModelException when it is damaged, holds more than tensors, or is the state of
   *     another number of parameters
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
              + " is the state of "
              + states.size()
              + " parameters, the adapter has "
              + parameters
              + ": give the optimizer.pt that was saved with this adapter, LoRA parameters only");
    }
    return states;
  }

  /**
   * A parameter's moment.
   *
   * @param number of the parameter, from 0
   * @param parameter its name and shape
   * @param moment {@code exp_avg} or {@code exp_avg_sq}
   * @return its values, row-major
   * @throws UnusableModelException when it is missing or of another shape
   */
  float[] read(int number, LoraLayout.Parameter parameter, String moment) throws IOException {
    if (!(states.get(number).get(moment) instanceof TorchTensor tensor)) {
      throw new UnusableModelException(
          file.path()
              + " has no "
              + moment
              + " of parameter "
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
              + ": it was saved with another adapter, or in another order");
    }
    return file.read(tensor);
  }

  private static Map<?, ?> map(TorchFile file, Object value) throws UnusableModelException {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw foreign(file);
  }

  private static List<?> list(TorchFile file, Object value) throws UnusableModelException {
    if (value instanceof List<?> list) {
      return list;
    }
    throw foreign(file);
  }

  private static UnusableModelException foreign(TorchFile file) {
    return new UnusableModelException(
        file.path() + " is not the state of an optimizer: use the file that the Trainer wrote");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
