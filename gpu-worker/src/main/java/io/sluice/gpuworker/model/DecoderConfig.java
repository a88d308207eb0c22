package io.sluice.gpuworker.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The shape of a decoder, as the {@code config.json} of a Hugging Face folder gives it.
 *
 * @param vocabulary rows of the embedding
 * @param hidden width of the residual stream
 * @param intermediate width inside the feed-forward block
 * @param layers decoder layers
 * @param heads attention heads
 * @param keyValueHeads heads of keys and values; divides {@code heads}
 * @param headSize values a head, even
 * @param normEpsilon added to the mean square in a norm
 * @param ropeTheta base of the rotary angles
 * @param tiedHead whether the embedding is the language model head too
 */
public record DecoderConfig(
    int vocabulary,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int keyValueHeads,
    int headSize,
    float normEpsilon,
    double ropeTheta,
    boolean tiedHead) {

  private static final Set<String> MODEL_TYPES = Set.of("llama");
  private static final Set<String> ROPE_TYPES = Set.of("default");
  private static final double DEFAULT_THETA = 10_000;

  /** Checks what the attention relies on. */
  public DecoderConfig {
    if (heads % keyValueHeads != 0 || headSize % 2 != 0) {
      throw new IllegalArgumentException(
          heads + " heads over " + keyValueHeads + " key heads of " + headSize + " values");
    }
  }

  /**
   * Reads {@code config.json} of a model folder, in the style of transformers 5 ({@code
   * rope_parameters}) or before ({@code rope_theta}, {@code rope_scaling}).
   *
   * @throws UnusableModelException when the file is missing or the architecture is not known
   */
  public static DecoderConfig read(Path modelFolder) throws IOException {
    JsonFile json =
        JsonFile.read(
            UnusableModelException.required(
                modelFolder,
                "config.json",
                "give the folder of a model in Hugging Face format, as save_pretrained writes it"));
    supported(json, "model_type", json.text("model_type", "unnamed"), MODEL_TYPES);
    supported(json, "hidden_act", json.text("hidden_act", "silu"), Set.of("silu"));
    for (String bias : Set.of("attention_bias", "mlp_bias")) {
      supported(json, bias, Boolean.toString(json.flag(bias)), Set.of("false"));
    }
    int heads = json.count("num_attention_heads");
    int hidden = json.count("hidden_size");
    return new DecoderConfig(
        json.count("vocab_size"),
        hidden,
        json.count("intermediate_size"),
        json.count("num_hidden_layers"),
        heads,
        json.count("num_key_value_heads", heads),
        json.count("head_dim", hidden / heads),
        (float) json.number("rms_norm_eps"),
        ropeTheta(json),
        json.flag("tie_word_embeddings"));
  }

  private static double ropeTheta(JsonFile json) throws UnusableModelException {
    Optional<JsonFile> rope = json.object("rope_parameters").or(() -> json.object("rope_scaling"));
    if (rope.isPresent()) {
      String type = rope.get().text("rope_type", rope.get().text("type", "default"));
      supported(json, "rope_type", type, ROPE_TYPES);
    }
    JsonFile holder =
        rope.filter(parameters -> parameters.field("rope_theta").isPresent()).orElse(json);
    return holder.field("rope_theta").isPresent() ? holder.number("rope_theta") : DEFAULT_THETA;
  }

  private static void supported(JsonFile json, String name, String value, Set<String> known)
      throws UnusableModelException {
    if (!known.contains(value)) {
      throw new UnusableModelException(
          json.path()
              + ": "
              + name
              + " "
              + value
              + " is not supported yet: use a model with "
              + name
              + " "
              + String.join(" or ", known));
    }
  }
}
