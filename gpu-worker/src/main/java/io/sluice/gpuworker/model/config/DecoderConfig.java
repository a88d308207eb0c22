package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.fields.ConfigFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

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
 * @param packed whether one linear layer computes queries, keys and values, and one layer both
 *     inner parts of the feed-forward block
 * @param outputBias whether the attention's output projection has a bias
 * @param feedForwardBias whether the feed-forward block's linear layers have a bias
 * @param activation the activation of the feed-forward block
 * @param scales the constant factors and limits
 * @param tiedHead whether the language model head shares the weights of the embedding
 * @param attentionDropout the dropout of attention weights with which the model is trained; 0 to 1
 * @param residualDropout the dropout of the blocks' outputs with which the model is trained; 0 to 1
 * @param vocabulary the number of rows of the embedding and of the head; empty if the config does
 *     not specify it
 * @param padding the token whose embedding gets no gradient where the token is in a text, only
 *     where it is predicted; empty for none
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
    boolean packed,
    boolean queryKeyValueBias,
    boolean outputBias,
    boolean feedForwardBias,
    Activation activation,
    Scales scales,
    boolean tiedHead,
    double attentionDropout,
    double residualDropout,
    OptionalInt vocabulary,
    OptionalInt padding,
    List<LayerAttention> layers) {
  /** Far more than any model has. A damaged config must not exhaust the memory. */
  private static final int MAX_LAYERS = 10_000;

  private static final String PADDING = "pad_token_id";
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
    ConfigFields.CONFIG.of(architecture.modelType()).check(json);
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
    int headSize = json.count("head_dim", hidden / heads);
    Traits traits = architecture.traits();
    return new DecoderConfig(
        hidden,
        json.count("intermediate_size"),
        heads,
        json.count("num_key_value_heads", heads),
        headSize,
        (float) json.number("rms_norm_eps"),
        traits.norms(),
        traits.queryKeyNorm(),
        traits.packed(),
        traits.queryKeyValueBias(json),
        traits.attentionBias(json),
        traits.feedForwardBias(json),
        traits.activation(json),
        traits.scales(json, hidden, headSize),
        json.flag("tie_word_embeddings", traits.tiedByDefault()),
        json.number("attention_dropout", 0),
        traits.residualDropout(json),
        vocabulary(json),
        padding(json, traits),
        LayerAttentions.read(json, architecture, layers, headSize));
  }

  private static OptionalInt vocabulary(JsonFile json) throws UnusableModelException {
    return json.field("vocab_size").isPresent()
        ? OptionalInt.of(json.count("vocab_size"))
        : OptionalInt.empty();
  }

  /** A negative id counts from the end of the vocabulary, as in PyTorch. */
  private static OptionalInt padding(JsonFile json, Traits traits) throws UnusableModelException {
    if (!json.root().has(PADDING)) {
      return traits.defaultPadding();
    }
    if (json.field(PADDING).isEmpty()) {
      return OptionalInt.empty();
    }
    int id = (int) json.number(PADDING);
    return OptionalInt.of(id < 0 ? id + vocabulary(json).orElse(0) : id);
  }
}
