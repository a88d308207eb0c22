package io.sluice.local.bundled;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.local.bundled.SafetensorsFile.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A small Llama with two LoRA checkpoints, so that a first run needs no download.
 *
 * <p>Its weights, adapters and optimizer moments are seeded random numbers of ordinary sizes:
 * nothing was trained. It shows the way of the data, and its gradients carry little more than which
 * tokens an example has in common with a query. The files are those of Hugging Face transformers
 * and PEFT, and the same on every machine.
 */
public final class BundledModel {
  private static final long SEED = 2027;
  private static final int VOCABULARY = 1024;
  private static final int HIDDEN = 64;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int KEY_VALUE_HEADS = 2;
  private static final int HEAD_SIZE = HIDDEN / HEADS;
  private static final int INTERMEDIATE = 128;
  private static final int POSITIONS = 512;
  private static final int RANK = 8;
  private static final int ALPHA = 32;
  private static final int EPOCHS = 2;
  private static final int STEPS_AN_EPOCH = 10;
  private static final double LEARNING_RATE = 2e-3;

  /** Rows of each adapted matrix; all have {@link #HIDDEN} columns. */
  private static final SortedMap<String, Integer> ADAPTED =
      new TreeMap<>(
          Map.of(
              "q_proj",
              HIDDEN,
              "k_proj",
              KEY_VALUE_HEADS * HEAD_SIZE,
              "v_proj",
              KEY_VALUE_HEADS * HEAD_SIZE,
              "o_proj",
              HIDDEN));

  private final ObjectMapper json = new ObjectMapper();
  private final Dice dice = new Dice(SEED);
  private final Path base;
  private final Path warmup;

  private BundledModel(Path folder) {
    base = folder.resolve("base");
    warmup = folder.resolve("warmup");
  }

  /**
   * The folders that hold the model.
   *
   * @param base a Hugging Face model folder
   * @param checkpoints PEFT checkpoint folders with optimizer moments, one an epoch, in order
   */
  public record Written(Path base, List<Path> checkpoints) {}

  /**
   * Writes {@code base} and {@code warmup/checkpoint-N} under a folder.
   *
   * @param folder made where it is missing; files in it are replaced
   */
  public static Written write(Path folder) throws IOException {
    return new BundledModel(folder).write();
  }

  private Written write() throws IOException {
    Files.createDirectories(base);
    writeJson(base.resolve("config.json"), config());
    ObjectNode tokenizer = BundledTokenizer.learn(BundledData.make().candidates(), VOCABULARY);
    writeJson(base.resolve("tokenizer.json"), tokenizer);
    writeJson(base.resolve("tokenizer_config.json"), tokenizerConfig());
    SafetensorsFile.write(base.resolve("model.safetensors"), weights(), Map.of("format", "pt"));
    List<Path> checkpoints = new ArrayList<>();
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      checkpoints.add(writeCheckpoint(epoch));
    }
    return new Written(base, List.copyOf(checkpoints));
  }

  private static ObjectNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    config
        .put("model_type", "llama")
        .put("attention_bias", false)
        .put("mlp_bias", false)
        .put("hidden_act", "silu")
        .put("hidden_size", HIDDEN)
        .put("intermediate_size", INTERMEDIATE)
        .put("num_hidden_layers", LAYERS)
        .put("num_attention_heads", HEADS)
        .put("num_key_value_heads", KEY_VALUE_HEADS)
        .put("head_dim", HEAD_SIZE)
        .put("max_position_embeddings", POSITIONS)
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", 10000.0)
        .put("tie_word_embeddings", false)
        .put("torch_dtype", "float32")
        .put("bos_token_id", 0)
        .put("eos_token_id", 1)
        .put("pad_token_id", 2)
        .put("vocab_size", VOCABULARY);
    return config;
  }

  private static ObjectNode tokenizerConfig() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("bos_token", BundledTokenizer.BEGIN)
        .put("eos_token", BundledTokenizer.END)
        .put("pad_token", BundledTokenizer.PADDING)
        .put("clean_up_tokenization_spaces", false)
        .put("model_max_length", POSITIONS);
  }

  private SortedMap<String, Tensor> weights() {
    SortedMap<String, Tensor> weights = new TreeMap<>();
    weights.put("model.embed_tokens.weight", matrix(VOCABULARY, HIDDEN, 0.3));
    weights.put("lm_head.weight", matrix(VOCABULARY, HIDDEN, 0.15));
    weights.put("model.norm.weight", gains());
    for (int layer = 0; layer < LAYERS; layer++) {
      String name = "model.layers." + layer + ".";
      ADAPTED.forEach(
          (part, rows) ->
              weights.put(name + "self_attn." + part + ".weight", matrix(rows, HIDDEN, 0.15)));
      weights.put(name + "mlp.gate_proj.weight", matrix(INTERMEDIATE, HIDDEN, 0.15));
      weights.put(name + "mlp.up_proj.weight", matrix(INTERMEDIATE, HIDDEN, 0.15));
      weights.put(name + "mlp.down_proj.weight", matrix(HIDDEN, INTERMEDIATE, 0.15));
      weights.put(name + "input_layernorm.weight", gains());
      weights.put(name + "post_attention_layernorm.weight", gains());
    }
    return weights;
  }

  private Path writeCheckpoint(int epoch) throws IOException {
    int step = epoch * STEPS_AN_EPOCH;
    Path folder = Files.createDirectories(warmup.resolve("checkpoint-" + step));
    SortedMap<String, Tensor> adapter = new TreeMap<>();
    SortedMap<String, Tensor> moments = new TreeMap<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      for (Map.Entry<String, Integer> part : ADAPTED.entrySet()) {
        String name =
            "base_model.model.model.layers." + layer + ".self_attn." + part.getKey() + ".lora_";
        adapter.put(name + "A.weight", matrix(RANK, HIDDEN, 0.07));
        adapter.put(name + "B.weight", matrix(part.getValue(), RANK, 0.01 * epoch));
        addMoments(moments, name + "A.default.weight", RANK, HIDDEN, 1e-4);
        addMoments(moments, name + "B.default.weight", part.getValue(), RANK, 1e-3);
      }
    }
    SafetensorsFile.write(
        folder.resolve("adapter_model.safetensors"), adapter, Map.of("format", "pt"));
    SafetensorsFile.write(
        folder.resolve("optimizer_state.safetensors"),
        moments,
        Map.of("step", Integer.toString(step)));
    writeJson(folder.resolve("adapter_config.json"), adapterConfig());
    writeJson(folder.resolve("trainer_state.json"), trainerState(epoch));
    return folder;
  }

  /** Adam's running means of a parameter's gradient and of its square, around a usual size. */
  private void addMoments(
      SortedMap<String, Tensor> moments, String name, int rows, int columns, double size) {
    moments.put(name + ".exp_avg", matrix(rows, columns, size));
    Tensor spread = matrix(rows, columns, 1);
    float[] squares = new float[spread.values().length];
    for (int i = 0; i < squares.length; i++) {
      float value = spread.values()[i];
      squares[i] = (float) (size * size * (0.5 + value * value / 2));
    }
    moments.put(name + ".exp_avg_sq", new Tensor(spread.shape(), squares));
  }

  private static ObjectNode adapterConfig() {
    ObjectNode config =
        JsonNodeFactory.instance
            .objectNode()
            .put("peft_type", "LORA")
            .put("task_type", "CAUSAL_LM")
            .put("base_model_name_or_path", "../../base")
            .put("r", RANK)
            .put("lora_alpha", ALPHA)
            .put("lora_dropout", 0.0)
            .put("bias", "none")
            .put("fan_in_fan_out", false)
            .put("inference_mode", true)
            .put("use_dora", false)
            .put("use_rslora", false);
    config.putNull("modules_to_save");
    ArrayNode targets = config.putArray("target_modules");
    ADAPTED.keySet().forEach(targets::add);
    return config;
  }

  /** The log that a trainer with a linear schedule would have left, as far as it is needed. */
  private static ObjectNode trainerState(int epochs) {
    int steps = epochs * STEPS_AN_EPOCH;
    int lastStep = EPOCHS * STEPS_AN_EPOCH;
    ObjectNode state =
        JsonNodeFactory.instance
            .objectNode()
            .put("epoch", (double) epochs)
            .put("global_step", steps)
            .put("max_steps", lastStep)
            .put("num_train_epochs", EPOCHS)
            .put("logging_steps", 1);
    ArrayNode log = state.putArray("log_history");
    for (int step = 1; step <= steps; step++) {
      log.addObject()
          .put("epoch", (double) step / STEPS_AN_EPOCH)
          .put("learning_rate", LEARNING_RATE * (lastStep - step + 1) / lastStep)
          .put("step", step);
    }
    return state;
  }

  private Tensor matrix(int rows, int columns, double deviation) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = dice.normal(deviation);
    }
    return new Tensor(List.of(rows, columns), values);
  }

  private Tensor gains() {
    float[] values = new float[HIDDEN];
    for (int i = 0; i < HIDDEN; i++) {
      values[i] = 1 + dice.normal(0.1);
    }
    return new Tensor(List.of(HIDDEN), values);
  }

  private void writeJson(Path file, ObjectNode content) throws IOException {
    Files.writeString(
        file, json.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
  }
}
