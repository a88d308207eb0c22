package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.fields.ConfigFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The shape of a decoder, as described by the {@code config.json} of a Hugging Face model folder.
 *
 * @param hidden width of the residual stream (hidden size)
 * @param intermediate width of the feed-forward block's inner layers
 * @param heads the number of query heads
 * @param keyValueHeads the number of key and value heads; a divisor of {@code heads}
 * @param headSize the number of values per head; even
 * @param normEpsilon the constant added to the mean square in a norm
 * @param norms which norms a layer has
 * @param queryKeyNorm how queries and keys are normalised
 * @param queryKeyValueBias whether the projections to queries, keys and values have a bias
 * @param outputBias whether the attention's output projection has a bias
 * @param feedForwardBias whether the feed-forward block's linear layers have a bias
 * @param tiedHead whether the language model head shares the weights of the embedding
 * @param attentionDropout the dropout of attention weights with which the model is trained; 0 to 1
 * @param vocabulary the number of rows of the embedding and of the head; empty if the config does
 *     not specify it
 * @param layers the position embedding and the window of each layer's attention, one entry per
 *     layer
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
    double attentionDropout,
    OptionalInt vocabulary,
    List<LayerAttention> layers) {
  /** Far more than any model has. A damaged config must not exhaust the memory. */
  private static final int MAX_LAYERS = 10_000;

  private static final String ADAPTER = "adapter_config.json";

  /** Checks the numbers of heads and the head size, which the attention relies on. */
  public DecoderConfig {
    layers = List.copyOf(layers);
    if (heads % keyValueHeads != 0 || headSize % 2 != 0) {
      throw new IllegalArgumentException(
          String.format(
              "%d heads of size %d with %d key and value heads are not possible (the head size must be"
                  + " even, and the number of key and value heads a divisor of the number of heads)",
              heads, headSize, keyValueHeads));
    }
  }

  /**
   * Reads {@code config.json} of a model folder, as written by transformers 5 ({@code
   * rope_parameters}) or earlier versions ({@code rope_theta}, {@code rope_scaling}).
   *
   * @throws UnusableModelException when the file is missing or damaged, the architecture is not
   *     supported, or a field could change the result and is not supported
   */
  public static DecoderConfig read(Path modelFolder) throws IOException {
    JsonFile json =
        JsonFile.read(
            UnusableModelException.required(
                modelFolder,
                "config.json",
                "give the folder of a model in Hugging Face format, as save_pretrained writes it"));
    Architecture architecture = Architecture.of(json);
    json.requireOneOf("hidden_act", json.text("hidden_act", "silu"), Set.of("silu", "swish"));
    ConfigFields.CONFIG.check(json);
    if (Files.exists(modelFolder.resolve(ADAPTER))) {
      throw new UnusableModelException(
          modelFolder.resolve(ADAPTER)
              + " shows that the folder also holds an adapter, which transformers would load with the"
              + " model: merge it into the model, or give it as a checkpoint in a folder of its own");
    }
    try {
      return read(json, architecture);
    } catch (IllegalArgumentException e) {
      throw new UnusableModelException(
          json.path() + ": " + e.getMessage() + ": get an intact copy of the file", e);
    }
  }

  private static DecoderConfig read(JsonFile json, Architecture architecture)
      throws UnusableModelException {
    int heads = json.count("num_attention_heads");
    int hidden = json.count("hidden_size");
    int layers = json.count("num_hidden_layers");
    if (layers > MAX_LAYERS) {
      throw new IllegalArgumentException(
          "num_hidden_layers " + layers + " exceeds the limit of " + MAX_LAYERS);
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
        architecture.attentionBias(json),
        architecture.feedForwardBias(json),
        json.flag("tie_word_embeddings", architecture.tiedByDefault()),
        json.number("attention_dropout", 0),
        json.field("vocab_size").isPresent()
            ? OptionalInt.of(json.count("vocab_size"))
            : OptionalInt.empty(),
        LayerAttentions.read(json, architecture, layers));
  }
}
