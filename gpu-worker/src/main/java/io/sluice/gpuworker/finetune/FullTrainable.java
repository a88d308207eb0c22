package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.decoder.Pack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.LongStream;

/** Trains all weights of a model, at most 2^31 - 1 values. */
final class FullTrainable implements Trainable {
  private final Path model;
  private final Decoder decoder;
  private final List<TrainedParameter> parameters;
  private final List<NDArray> weights;

  private FullTrainable(
      Path model, Decoder decoder, List<TrainedParameter> parameters, List<NDArray> weights) {
    this.model = model;
    this.decoder = decoder;
    this.parameters = List.copyOf(parameters);
    this.weights = List.copyOf(weights);
  }

  /**
   * Collects the weights of a loaded model.
   *
   * @param model folder of the model, in Hugging Face format
   * @throws IOException when the model has more weights than one array can hold
   */
  static FullTrainable of(Path model, Decoder decoder) throws IOException {
    List<TrainedParameter> parameters = new ArrayList<>();
    List<NDArray> weights = new ArrayList<>();
    try {
      decoder.with(
          (name, weight) -> {
            int offset = parameters.isEmpty() ? 0 : size(parameters);
            List<Integer> shape =
                LongStream.of(weight.getShape().getShape()).mapToObj(Math::toIntExact).toList();
            parameters.add(new TrainedParameter(name, name, shape, offset));
            weights.add(weight);
            return weight;
          });
      size(parameters);
      return new FullTrainable(model, decoder, parameters, weights);
    } catch (ArithmeticException e) {
      throw new IOException(
          model + " has more than 2^31 - 1 weights: train an adapter instead of all of them", e);
    }
  }

  private static int size(List<TrainedParameter> parameters) {
    return parameters.get(parameters.size() - 1).end();
  }

  @Override
  public List<TrainedParameter> parameters() {
    return parameters;
  }

  @Override
  public float[] initial() {
    float[] initial = new float[size(parameters)];
    for (int i = 0; i < weights.size(); i++) {
      float[] values = weights.get(i).toFloatArray();
      System.arraycopy(values, 0, initial, parameters.get(i).offset(), values.length);
    }
    return initial;
  }

  @Override
  public OptionalDouble scaling() {
    return OptionalDouble.empty();
  }

  @Override
  public Weights onDevice(NDManager manager, float[] values) {
    NDArray flat = manager.create(values);
    return seed -> new Pass(flat);
  }

  @Override
  public String file() {
    return "model.safetensors";
  }

  @Override
  public void writeConfig(Path folder) throws IOException {
    boolean ownHead = parameters.stream().anyMatch(each -> each.name().equals("lm_head.weight"));
    ModelFiles.copyAllButWeights(model, folder, !ownHead);
  }

  private final class Pass implements Graph {
    private final NDArray leaf;
    private final Decoder current;

    private Pass(NDArray flat) {
      leaf = flat.stopGradient();
      leaf.setRequiresGradient(true);
      long[] cuts =
          parameters.stream()
              .mapToLong(TrainedParameter::end)
              .limit(parameters.size() - 1L)
              .toArray();
      NDList parts = leaf.split(cuts, 0);
      Map<String, NDArray> byName = new HashMap<>();
      for (int i = 0; i < parameters.size(); i++) {
        TrainedParameter parameter = parameters.get(i);
        Shape shape = new Shape(parameter.shape().stream().mapToLong(size -> size).toArray());
        byName.put(parameter.name(), parts.get(i).reshape(shape));
      }
      current = decoder.with((name, weight) -> byName.get(name));
    }

    @Override
    public NDArray logits(NDManager scratch, Pack pack) {
      return current.logits(scratch, pack, Lora.NONE);
    }

    @Override
    public NDArray gradient() {
      return leaf.getGradient();
    }
  }
}
