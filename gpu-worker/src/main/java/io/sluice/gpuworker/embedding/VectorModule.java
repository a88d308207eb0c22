package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.model.fields.EmbeddingFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;

/** A module of a sentence-embedding model that changes the pooled vector. Immutable. */
sealed interface VectorModule {
  /** Computes the output for one vector, which is not changed. */
  float[] apply(float[] vector);

  /** The number of values that the module takes; empty when it takes any. */
  Optional<Integer> takes();

  /** The number of values that it returns, when it takes {@code width}. */
  int returns(int width);

  /** Scales a vector to unit length. */
  record Normalize() implements VectorModule {
    private static final double SMALLEST = 1e-12;

    @Override
    public float[] apply(float[] vector) {
      double squares = 0;
      for (float value : vector) {
        squares += (double) value * value;
      }
      double norm = Math.max(Math.sqrt(squares), SMALLEST);
      float[] scaled = new float[vector.length];
      for (int i = 0; i < vector.length; i++) {
        scaled[i] = (float) (vector[i] / norm);
      }
      return scaled;
    }

    @Override
    public Optional<Integer> takes() {
      return Optional.empty();
    }

    @Override
    public int returns(int width) {
      return width;
    }
  }

  /**
   * A linear map, then a function of each value, and possibly the input added to it.
   *
   * @param weight shape [out, in]
   * @param bias shape [out]; zeros if the module has none
   * @param residual a linear map of the input, shape [out, in], that is added to the output; empty
   *     for none
   * @param addsInput whether the input itself is added
   */
  record Dense(
      int in,
      int out,
      float[] weight,
      float[] bias,
      DoubleUnaryOperator activation,
      Optional<float[]> residual,
      boolean addsInput)
      implements VectorModule {
    private static final String ACTIVATION = "activation_function";
    private static final String DEFAULT = "Tanh";

    private static final Map<String, DoubleUnaryOperator> ACTIVATIONS =
        Map.of(
            DEFAULT,
            Math::tanh,
            "Identity",
            x -> x,
            "ReLU",
            x -> Math.max(0, x),
            "Sigmoid",
            x -> 1 / (1 + Math.exp(-x)));

    /** Reads a {@code Dense} module from its folder. */
    static Dense read(Path folder) throws IOException {
      JsonFile file = config(folder);
      EmbeddingFields.DENSE.check(file);
      int in = file.count("in_features");
      int out = file.count("out_features");
      boolean biased = file.flag("bias", true);
      boolean adds = file.flag("use_residual", false);
      boolean maps = adds && in != out;
      Safetensors tensors = tensors(folder);
      Set<String> expected = new TreeSet<>(Set.of("linear.weight"));
      if (biased) {
        expected.add("linear.bias");
      }
      if (maps) {
        expected.add("residual.weight");
      }
      requireOnly(tensors, expected);
      return new Dense(
          in,
          out,
          tensors.read("linear.weight", out, in),
          biased ? tensors.read("linear.bias", out) : new float[out],
          activation(file),
          maps ? Optional.of(tensors.read("residual.weight", out, in)) : Optional.empty(),
          adds && !maps);
    }

    private static DoubleUnaryOperator activation(JsonFile file) throws UnusableModelException {
      String name = file.text(ACTIVATION, "torch." + DEFAULT);
      String last = name.substring(name.lastIndexOf('.') + 1);
      if (!name.startsWith("torch.") || !ACTIVATIONS.containsKey(last)) {
        throw file.unusable(
            ACTIVATION + " " + name + " is not supported",
            "use one of PyTorch's " + String.join(", ", new TreeSet<>(ACTIVATIONS.keySet())));
      }
      return ACTIVATIONS.get(last);
    }

    @Override
    public float[] apply(float[] vector) {
      float[] result = new float[out];
      for (int row = 0; row < out; row++) {
        double value = activation.applyAsDouble(bias[row] + product(weight, row, vector));
        if (residual.isPresent()) {
          value += product(residual.get(), row, vector);
        } else if (addsInput) {
          value += vector[row];
        }
        result[row] = (float) value;
      }
      return result;
    }

    private double product(float[] matrix, int row, float[] vector) {
      double sum = 0;
      for (int i = 0; i < in; i++) {
        sum += (double) matrix[row * in + i] * vector[i];
      }
      return sum;
    }

    @Override
    public Optional<Integer> takes() {
      return Optional.of(in);
    }

    @Override
    public int returns(int width) {
      return out;
    }
  }

  /** Layer normalisation: mean 0 and variance 1, then scaled and shifted, value by value. */
  record LayerNorm(float[] weight, float[] bias) implements VectorModule {
    private static final double EPSILON = 1e-5;

    /** Reads a {@code LayerNorm} module from its folder. */
    static LayerNorm read(Path folder) throws IOException {
      JsonFile file = config(folder);
      EmbeddingFields.LAYER_NORM.check(file);
      int width = file.count("dimension");
      Safetensors tensors = tensors(folder);
      requireOnly(tensors, Set.of("norm.weight", "norm.bias"));
      return new LayerNorm(tensors.read("norm.weight", width), tensors.read("norm.bias", width));
    }

    @Override
    public float[] apply(float[] vector) {
      double mean = 0;
      for (float value : vector) {
        mean += (double) value / vector.length;
      }
      double variance = 0;
      for (float value : vector) {
        variance += (value - mean) * (value - mean) / vector.length;
      }
      double deviation = Math.sqrt(variance + EPSILON);
      float[] result = new float[vector.length];
      for (int i = 0; i < vector.length; i++) {
        result[i] = (float) ((vector[i] - mean) / deviation * weight[i] + bias[i]);
      }
      return result;
    }

    @Override
    public Optional<Integer> takes() {
      return Optional.of(weight.length);
    }

    @Override
    public int returns(int width) {
      return width;
    }
  }

  private static JsonFile config(Path folder) throws IOException {
    return JsonFile.read(
        UnusableModelException.required(folder, "config.json", "copy the whole model"));
  }

  private static Safetensors tensors(Path folder) throws IOException {
    return Safetensors.open(
        UnusableModelException.required(
            folder,
            "model.safetensors",
            "save the model again with a current sentence-transformers, which writes it"));
  }

  private static void requireOnly(Safetensors tensors, Set<String> expected)
      throws UnusableModelException {
    for (String name : tensors.names()) {
      if (!expected.contains(name)) {
        throw new UnusableModelException(
            tensors.path()
                + " has the tensor "
                + name
                + ", which config.json beside it does not provide for: use the files of one model");
      }
    }
  }
}
