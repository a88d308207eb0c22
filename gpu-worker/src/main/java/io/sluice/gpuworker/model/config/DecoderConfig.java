package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The shape of a decoder, as the {@code config.json} of a Hugging Face folder gives it.
 *
 * @param hidden width of the residual stream
 * @param intermediate width inside the feed-forward block
 * @param heads attention heads
 * @param keyValueHeads heads of keys and values; divides {@code heads}
 * @param headSize values a head, even
 * @param normEpsilon added to the mean square in a norm
 * @param norms where a layer has its norms
 * @param queryKeyNorm which norm queries and keys have
 * @param queryKeyValueBias whether the projections to queries, keys and values have a bias
 * @param outputBias whether the attention's output has one
 * @param feedForwardBias whether the feed-forward block's linear layers have one
 * @param tiedHead whether the embedding is the language model head too
 * @param vocabulary rows of the embedding and of the head; not told when empty
 * @param layers what each layer's attention knows of positions, one entry a layer
 */
public record DecoderConfig(
    int hidden,
    int intermediate,
    int heads,
    int keyValueHeads,
    int headSize,
    float normEpsilon,
    Norms norms,
    QueryKeyNorm queryKeyNorm,
    boolean queryKeyValueBias,
    boolean outputBias,
    boolean feedForwardBias,
    boolean tiedHead,
    OptionalInt vocabulary,
    List<LayerAttention> layers) {
  /** Far above any model; a damaged number must not fill the memory. */
  private static final int MAX_LAYERS = 10_000;

  /** Checks what the attention relies on. */
  public DecoderConfig {
    layers = List.copyOf(layers);
    if (heads % keyValueHeads != 0 || headSize % 2 != 0) {
      throw new IllegalArgumentException(
          String.format(
              "%d heads of %d values (even) over %d heads of keys (a divisor) do not fit",
              heads, headSize, keyValueHeads));
    }
  }

  /**
   * Reads {@code config.json} of a model folder, in the style of transformers 5 ({@code
   * rope_parameters}) or before ({@code rope_theta}, {@code rope_scaling}).
   *
   * @throws UnusableModelException when the file is missing or the architecture is not known; names
   *     those that are
   */
  public static DecoderConfig read(Path modelFolder) throws IOException {
    JsonFile json =
        JsonFile.read(
            UnusableModelException.required(
                modelFolder,
                "config.json",
                "give the folder of a model in Hugging Face format, as save_pretrained writes it"));
    Architecture architecture = Architecture.of(json);
    json.requireOneOf("hidden_act", json.text("hidden_act", "silu"), Set.of("silu"));
    try {
      return read(json, architecture);
    } catch (IllegalArgumentException e) {
      throw new UnusableModelException(
          json.path() + ": " + e.getMessage() + ": get the file again", e);
    }
  }

  private static DecoderConfig read(JsonFile json, Architecture architecture)
      throws UnusableModelException {
    int heads = json.count("num_attention_heads");
    int hidden = json.count("hidden_size");
    int layers = json.count("num_hidden_layers");
    if (layers > MAX_LAYERS) {
      throw new IllegalArgumentException(
          "num_hidden_layers " + layers + " is more than the " + MAX_LAYERS + " that are allowed");
    }
    return new DecoderConfig(
        hidden,
        json.count("intermediate_size"),
        heads,
        json.count("num_key_value_heads", heads),
        json.count("head_dim", hidden / heads),
        (float) json.number("rms_norm_eps"),
        architecture.norms(),
        architecture.queryKeyNorm(),
        architecture.queryKeyValueBias(json),
        architecture.outputBias(json),
        json.flag("mlp_bias", false),
        json.flag("tie_word_embeddings", architecture.tiedByDefault()),
        json.field("vocab_size").isPresent()
            ? OptionalInt.of(json.count("vocab_size"))
            : OptionalInt.empty(),
        LayerAttentions.read(json, architecture, layers));
  }
}
