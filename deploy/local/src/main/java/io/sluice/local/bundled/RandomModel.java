package io.sluice.local.bundled;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.model.file.SafetensorsWriter;
import io.sluice.gpuworker.model.file.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Writes a Llama model with LoRA checkpoints that was never trained: weights, adapters and
 * optimizer moments are seeded random numbers of usual magnitudes. The files have the formats of
 * Hugging Face transformers and PEFT, and are the same on every machine.
 */
public final class RandomModel {
  private static final int STEPS_PER_EPOCH = 10;
  private static final double LEARNING_RATE = 2e-3;
  private static final String WEIGHTS = "model.safetensors";

  private final ObjectMapper json = new ObjectMapper();
  private final LlamaShape shape;
  private final Dice dice;

  /** The shapes of the projections with adapters in each layer, by name. */
  private final SortedMap<String, Size> adapted;

  private final Path base;
  private final Path warmup;

  private RandomModel(Path folder, LlamaShape shape, long seed) {
    this.shape = shape;
    dice = new Dice(seed);
    int wide = shape.heads() * shape.headSize();
    int narrow = shape.keyValueHeads() * shape.headSize();
    adapted =
        new TreeMap<>(
            Map.of(
                "q_proj",
                new Size(wide, shape.hidden()),
                "k_proj",
                new Size(narrow, shape.hidden()),
                "v_proj",
                new Size(narrow, shape.hidden()),
                "o_proj",
                new Size(shape.hidden(), wide)));
    base = folder.resolve("base");
    warmup = folder.resolve("warmup");
  }

  private record Size(int rows, int columns) {}

  /**
   * Writes the model's files into the folders {@code base} and {@code warmup/checkpoint-N}.
   *
   * @param folder where these folders are created; existing files are replaced
   * @param shape sizes of the model
   * @param seed seed of its random numbers
   */
  public static WrittenModel write(Path folder, LlamaShape shape, long seed) throws IOException {
    RandomModel model = new RandomModel(folder, shape, seed);
    model.writeDescription("float32");
    writeTensors(model.base.resolve(WEIGHTS), model.tensors(), Map.of("format", "pt"));
    return model.writeCheckpoints();
  }

  /**
   * Writes the same files with weights of the base model in bfloat16, of any size, see {@link
   * NarrowWeights}.
   *
   * @param folder where the folders are created; there must be no weights in it
   * @param written is told the bytes of each piece of the weights that is written, {@link
   *     #narrowBytes} in all
   */
  public static WrittenModel writeNarrow(
      Path folder, LlamaShape shape, long seed, LongConsumer written) throws IOException {
    RandomModel model = new RandomModel(folder, shape, seed);
    model.writeDescription("bfloat16");
    NarrowWeights.write(model.base.resolve(WEIGHTS), model.narrowWeights(), model.dice, written);
    return model.writeCheckpoints();
  }

  /** The size of the weights that {@link #writeNarrow} writes for a shape. */
  public static long narrowBytes(LlamaShape shape) {
    return NarrowWeights.bytes(new RandomModel(Path.of(""), shape, 0).narrowWeights());
  }

  private void writeDescription(String dtype) throws IOException {
    Files.createDirectories(base);
    writeJson(base.resolve("config.json"), config(dtype));
    ObjectNode tokenizer = BundledTokenizer.learn(BundledData.make().candidates(), shape.tokens());
    writeJson(base.resolve("tokenizer.json"), tokenizer);
    writeJson(base.resolve("tokenizer_config.json"), tokenizerConfig());
  }

  private WrittenModel writeCheckpoints() throws IOException {
    List<Path> checkpoints = new ArrayList<>();
    for (int epoch = 1; epoch <= shape.checkpoints(); epoch++) {
      checkpoints.add(writeCheckpoint(epoch));
    }
    return new WrittenModel(base, checkpoints);
  }

  private ObjectNode config(String dtype) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    config
        .put("model_type", "llama")
        .put("attention_bias", false)
        .put("mlp_bias", false)
        .put("hidden_act", "silu")
        .put("hidden_size", shape.hidden())
        .put("intermediate_size", shape.intermediate())
        .put("num_hidden_layers", shape.layers())
        .put("num_attention_heads", shape.heads())
        .put("num_key_value_heads", shape.keyValueHeads())
        .put("head_dim", shape.headSize())
        .put("max_position_embeddings", shape.positions())
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", 10000.0)
        .put("tie_word_embeddings", shape.tied())
        .put("torch_dtype", dtype)
        .put("bos_token_id", 0)
        .put("eos_token_id", 1)
        .put("pad_token_id", 2)
        .put("vocab_size", shape.vocabulary());
    return config;
  }

  private ObjectNode tokenizerConfig() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("bos_token", BundledTokenizer.BEGIN)
        .put("eos_token", BundledTokenizer.END)
        .put("pad_token", BundledTokenizer.PADDING)
        .put("clean_up_tokenization_spaces", false)
        .put("model_max_length", shape.positions());
  }

  /**
   * A weight of the base model, a vector if it has one axis.
   *
   * @param deviation the standard deviation of its values
   */
  private record Weight(String name, List<Integer> shape, double deviation) {}

  private List<Weight> weights() {
    List<Weight> weights = new ArrayList<>();
    List<Integer> embedding = List.of(shape.vocabulary(), shape.hidden());
    weights.add(new Weight("model.embed_tokens.weight", embedding, 0.3));
    if (!shape.tied()) {
      weights.add(new Weight("lm_head.weight", embedding, 0.15));
    }
    weights.add(gains("model.norm.weight"));
    List<Integer> narrowing = List.of(shape.hidden(), shape.intermediate());
    List<Integer> widening = List.of(shape.intermediate(), shape.hidden());
    for (int layer = 0; layer < shape.layers(); layer++) {
      String name = "model.layers." + layer + ".";
      adapted.forEach(
          (part, size) ->
              weights.add(
                  new Weight(
                      name + "self_attn." + part + ".weight",
                      List.of(size.rows(), size.columns()),
                      0.15)));
      weights.add(new Weight(name + "mlp.gate_proj.weight", widening, 0.15));
      weights.add(new Weight(name + "mlp.up_proj.weight", widening, 0.15));
      weights.add(new Weight(name + "mlp.down_proj.weight", narrowing, 0.15));
      weights.add(gains(name + "input_layernorm.weight"));
      weights.add(gains(name + "post_attention_layernorm.weight"));
    }
    return weights;
  }

  private Weight gains(String name) {
    return new Weight(name, List.of(shape.hidden()), 0.1);
  }

  private List<Tensor> tensors() {
    return weights().stream().map(this::tensor).toList();
  }

  private List<NarrowWeights.Weight> narrowWeights() {
    return weights().stream()
        .map(weight -> new NarrowWeights.Weight(weight.name(), weight.shape()))
        .toList();
  }

  /** Gains are around 1, and matrices around 0. */
  private Tensor tensor(Weight weight) {
    float[] values =
        normal(weight.shape().stream().reduce(1, Math::multiplyExact), weight.deviation());
    if (weight.shape().size() == 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] += 1;
      }
    }
    return new Tensor(weight.name(), weight.shape(), FloatBuffer.wrap(values));
  }

  private Path writeCheckpoint(int epoch) throws IOException {
    int step = epoch * STEPS_PER_EPOCH;
    Path folder = Files.createDirectories(warmup.resolve("checkpoint-" + step));
    List<Tensor> adapter = new ArrayList<>();
    List<Tensor> moments = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (Map.Entry<String, Size> part : adapted.entrySet()) {
        String name =
            "base_model.model.model.layers." + layer + ".self_attn." + part.getKey() + ".lora_";
        adapter.add(matrix(name + "A.weight", shape.rank(), part.getValue().columns(), 0.07));
        adapter.add(matrix(name + "B.weight", part.getValue().rows(), shape.rank(), 0.01 * epoch));
        addMoments(
            moments, name + "A.default.weight", shape.rank(), part.getValue().columns(), 1e-4);
        addMoments(moments, name + "B.default.weight", part.getValue().rows(), shape.rank(), 1e-3);
      }
    }
    writeTensors(folder.resolve("adapter_model.safetensors"), adapter, Map.of("format", "pt"));
    writeTensors(
        folder.resolve("optimizer_state.safetensors"),
        moments,
        Map.of("step", Integer.toString(step)));
    writeJson(folder.resolve("adapter_config.json"), adapterConfig());
    writeJson(folder.resolve("trainer_state.json"), trainerState(epoch));
    return folder;
  }

  /** Adds Adam's running means of a gradient and of its square, of about the given magnitude. */
  private void addMoments(
      List<Tensor> moments, String name, int rows, int columns, double magnitude) {
    moments.add(matrix(name + ".exp_avg", rows, columns, magnitude));
    float[] squares = normal(rows * columns, 1);
    for (int i = 0; i < squares.length; i++) {
      squares[i] = (float) (magnitude * magnitude * (0.5 + squares[i] * squares[i] / 2));
    }
    moments.add(
        new Tensor(name + ".exp_avg_sq", List.of(rows, columns), FloatBuffer.wrap(squares)));
  }

  private ObjectNode adapterConfig() {
    ObjectNode config =
        JsonNodeFactory.instance
            .objectNode()
            .put("peft_type", "LORA")
            .put("task_type", "CAUSAL_LM")
            .put("base_model_name_or_path", "../../base")
            .put("r", shape.rank())
            .put("lora_alpha", shape.alpha())
            .put("lora_dropout", 0.0)
            .put("bias", "none")
            .put("fan_in_fan_out", false)
            .put("inference_mode", true)
            .put("use_dora", false)
            .put("use_rslora", false);
    config.putNull("modules_to_save");
    ArrayNode targets = config.putArray("target_modules");
    adapted.keySet().forEach(targets::add);
    return config;
  }

  /** Returns the log of a trainer with a linear schedule, limited to the fields that are read. */
  private ObjectNode trainerState(int epochs) {
    int steps = epochs * STEPS_PER_EPOCH;
    int lastStep = shape.checkpoints() * STEPS_PER_EPOCH;
    ObjectNode state =
        JsonNodeFactory.instance
            .objectNode()
            .put("epoch", (double) epochs)
            .put("global_step", steps)
            .put("max_steps", lastStep)
            .put("num_train_epochs", shape.checkpoints())
            .put("logging_steps", 1);
    ArrayNode log = state.putArray("log_history");
    for (int step = 1; step <= steps; step++) {
      log.addObject()
          .put("epoch", (double) step / STEPS_PER_EPOCH)
          .put("learning_rate", LEARNING_RATE * (lastStep - step + 1) / lastStep)
          .put("step", step);
    }
    return state;
  }

  private Tensor matrix(String name, int rows, int columns, double deviation) {
    return new Tensor(
        name, List.of(rows, columns), FloatBuffer.wrap(normal(rows * columns, deviation)));
  }

  private float[] normal(int count, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = dice.normal(deviation);
    }
    return values;
  }

  private static void writeTensors(Path file, List<Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    Files.deleteIfExists(file);
    SafetensorsWriter.write(file, tensors, metadata);
  }

  private void writeJson(Path file, ObjectNode content) throws IOException {
    Files.writeString(
        file, json.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
  }
}
