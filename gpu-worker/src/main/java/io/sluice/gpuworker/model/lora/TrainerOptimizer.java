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
import java.util.Optional;

/**
 * The state of the Adam optimizer in an {@code optimizer.pt} of the Hugging Face Trainer.
 *
 * <p>The file identifies parameters only by number. Within a group, parameters are in the order of
 * the model's trainable parameters. Several groups divide the parameters in a way that the file
 * does not say, so only one group may have any. As a safeguard, their number and all shapes must
 * match.
 */
final class TrainerOptimizer implements AutoCloseable {
  private static final String STEP = "step";
  private static final String OWN_FILE = "use the optimizer.pt that was saved with this adapter";

  private final TorchFile file;
  private final List<Map<?, ?>> states;

  private TrainerOptimizer(TorchFile file, List<Map<?, ?>> states) {
    this.file = file;
    this.states = states;
  }

  /**
   * Opens the file and checks that it holds the state of AdamW after at least one step, for as many
   * parameters as were trained.
   *
   * @param parameters the trained parameters, in the order of the model's parameters
   * @throws UnusableModelException when the file is damaged, contains anything but values and
   *     tensors, is the state of another optimizer, or has another number of parameters
   */
  static TrainerOptimizer open(Path path, List<LoraLayout.Parameter> parameters)
      throws IOException {
    TorchFile file = TorchFile.open(path);
    try {
      List<Map<?, ?>> states = states(file, parameters);
      for (int i = 0; i < states.size(); i++) {
        check(file, parameters.get(i), states.get(i));
      }
      return new TrainerOptimizer(file, states);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static List<Map<?, ?>> states(TorchFile file, List<LoraLayout.Parameter> parameters)
      throws IOException {
    Map<?, ?> root = map(file, file.root());
    Map<?, ?> byNumber = map(file, root.get("state"));
    List<Object> numbers = new ArrayList<>();
    for (Object group : list(file, root.get("param_groups"))) {
      if (Boolean.TRUE.equals(map(file, group).get("amsgrad"))) {
        throw new UnusableModelException(
            file.path() + " was written with amsgrad, which is not supported: train without it");
      }
      List<?> ofGroup = list(file, map(file, group).get("params"));
      if (!numbers.isEmpty() && !ofGroup.isEmpty()) {
        throw new UnusableModelException(
            file.path()
                + " has several groups of parameters, as LoRA+ and learning rates per layer make them:"
                + " it does not say which parameter is in which group. Train with one group, or add"
                + " optimizer_state.safetensors with NAME.exp_avg and NAME.exp_avg_sq for each parameter");
      }
      numbers.addAll(ofGroup);
    }
    if (numbers.size() != parameters.size() || byNumber.size() > parameters.size()) {
      throw new UnusableModelException(
          file.path()
              + " has the state of "
              + Math.max(numbers.size(), byNumber.size())
              + " parameters, but the adapter has "
              + parameters.size()
              + ": "
              + OWN_FILE
              + ", and train LoRA parameters only");
    }
    List<Map<?, ?>> states = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      Object state = byNumber.get(numbers.get(i));
      if (state == null) {
        throw new UnusableModelException(
            file.path()
                + " has no state of parameter "
                + i
                + ", "
                + parameters.get(i).name()
                + ": the optimizer has not trained it; "
                + OWN_FILE);
      }
      states.add(map(file, state));
    }
    return states;
  }

  private static void check(TorchFile file, LoraLayout.Parameter parameter, Map<?, ?> state)
      throws IOException {
    Optional<String> foreign = ForeignOptimizer.inState(state.keySet());
    if (foreign.isPresent()) {
      throw new UnusableModelException(
          file.path() + ": the state of " + parameter.name() + " " + foreign.get());
    }
    Object step = state.get(STEP);
    double steps = 0;
    if (step instanceof Number number) {
      steps = number.doubleValue();
    } else if (step instanceof TorchTensor tensor && tensor.shape().length == 0) {
      steps = file.read(tensor)[0];
    }
    if (!(steps >= 1)) {
      throw new UnusableModelException(
          file.path()
              + ": the state of "
              + parameter.name()
              + (step == null ? " has no step" : " has a step that is not at least 1")
              + ": it is not the state of AdamW after a step of training; "
              + OWN_FILE);
    }
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
              + ", "
              + parameter.name()
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
              + ": "
              + OWN_FILE);
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
