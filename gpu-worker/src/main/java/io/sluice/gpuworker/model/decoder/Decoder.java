package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.SparseFormat;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.config.LayerAttention;
import io.sluice.gpuworker.model.config.RopeConfig;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A decoder-only language model with frozen weights.
 *
 * <p>The axis that training uses for a batch holds adapters here: one example passes through the
 * model with several adapters at once. Up to the first adapter they share all computation, and no
 * gradient flows below it. Immutable; threads may share it.
 */
public final class Decoder {
  /** The name of the embedding among the weights. */
  static final String EMBEDDING = "model.embed_tokens.weight";

  private final NDArray embedding;
  private final List<DecoderLayer> layers;
  private final RmsNorm norm;
  private final Linear head;
  private final Map<RopeConfig, Rope> ropes;

  Decoder(
      NDArray embedding,
      List<DecoderLayer> layers,
      RmsNorm norm,
      Linear head,
      Map<RopeConfig, Rope> ropes) {
    this.embedding = embedding;
    this.layers = List.copyOf(layers);
    this.norm = norm;
    this.head = head;
    this.ropes = Map.copyOf(ropes);
  }

  /**
   * Loads a model.
   *
   * @param manager owns the weights, which live as long as it does
   * @param weights the model's weights
   * @param positions the longest example, in tokens
   * @throws UnusableModelException when a weight is missing or has another shape than the config
   */
  public static Decoder load(
      NDManager manager, DecoderConfig config, DecoderWeights weights, int positions)
      throws IOException {
    return new DecoderAssembly(manager, config, weights).assemble(positions);
  }

  /** The linear layers that may have an adapter, in the order of the model's parameters. */
  public List<Linear> linears() {
    return Stream.concat(layers.stream().flatMap(DecoderLayer::linears), Stream.of(head)).toList();
  }

  /**
   * The same model with other arrays as its weights, by the names that Hugging Face gives them.
   *
   * @param weights asked once for each weight; a head that is the embedding stays so and is not
   *     asked for
   */
  public Decoder with(WeightMap weights) {
    NDArray replaced = weights.of(EMBEDDING, embedding);
    return new Decoder(
        replaced,
        layers.stream().map(layer -> layer.with(weights)).toList(),
        norm.with(weights),
        isTied() ? new Linear(head.module(), replaced, head.bias()) : head.with(weights),
        ropes);
  }

  @SuppressWarnings("ReferenceEquality") // One array, not two that are alike.
  private boolean isTied() {
    return head.weight() == embedding;
  }

  /** Token ids that the model knows: 0 to this number, exclusive. */
  public int vocabulary() {
    return (int) embedding.getShape().get(0);
  }

  /** Width of a hidden state. */
  public int hidden() {
    return (int) embedding.getShape().get(1);
  }

  /**
   * A stretch of a pass: from the states before it to those after it.
   *
   * @param linears its linear layers, in the order of the model's parameters
   * @param step given states, shape [1 or adapters, positions, hidden], and adapters
   */
  public record Part(List<Linear> linears, BiFunction<NDArray, Lora, NDArray> step) {}

  /**
   * A pass through the model in parts: each layer, then the final norm with the head.
   *
   * @param embedded the tokens' embeddings, shape [1, positions, hidden]
   * @param parts each takes what the one before gave; the last gives logits, shape [adapters,
   *     asked, vocabulary]
   */
  public record Pass(NDArray embedded, List<Part> parts) {}

  /**
   * Lays out a pass without computing its parts.
   *
   * @param manager owns what is computed, all through the pass
   * @param ids the example's tokens
   * @param asked positions whose next token is predicted, ascending
   */
  public Pass pass(NDManager manager, long[] ids, long[] asked) {
    List<Part> parts = layerParts(manager, Pack.of(ids, asked));
    parts.add(new Part(List.of(head), (x, lora) -> head.apply(norm.apply(x), lora)));
    return new Pass(embedded(manager, ids), parts);
  }

  private List<Part> layerParts(NDManager manager, Pack pack) {
    Map<LayerAttention, Sequence> sequences = new HashMap<>();
    List<Part> parts = new ArrayList<>();
    for (DecoderLayer layer : layers) {
      Sequence sequence =
          sequences.computeIfAbsent(
              layer.sees(),
              sees -> Sequence.of(manager, pack, sees.rope().map(ropes::get), sees.window()));
      boolean last = parts.size() == layers.size() - 1;
      Sequence.View view = last ? sequence.asked() : sequence.everywhere();
      parts.add(
          new Part(
              layer.linears().toList(),
              (x, lora) -> layer.apply(x, view, sequence.everywhere(), lora)));
    }
    return parts;
  }

  private NDArray embedded(NDManager manager, long[] ids) {
    NDArray tokens = manager.create(ids);
    return tokens
        .getNDArrayInternal()
        .embedding(tokens, embedding, SparseFormat.DENSE)
        .head()
        .expandDims(0);
  }

  /**
   * Hidden states after the final norm.
   *
   * <p>The last layer is computed at the asked positions only, beyond its keys and values.
   *
   * @param manager owns what is computed
   * @param ids the example's tokens
   * @param asked positions whose state is wanted, ascending
   * @return shape [adapters, asked, hidden]
   */
  public NDArray states(NDManager manager, long[] ids, long[] asked, Lora lora) {
    return states(manager, Pack.of(ids, asked), lora);
  }

  private NDArray states(NDManager manager, Pack pack, Lora lora) {
    NDArray x = embedded(manager, pack.ids());
    for (Part part : layerParts(manager, pack)) {
      x = part.step().apply(x, lora);
    }
    return norm.apply(x);
  }

  /**
   * Predicts the tokens that follow some positions.
   *
   * @param manager owns what is computed
   * @param ids the example's tokens
   * @param asked positions whose next token is predicted, ascending
   * @return logits, shape [adapters, asked, vocabulary]
   */
  public NDArray logits(NDManager manager, long[] ids, long[] asked, Lora lora) {
    return logits(manager, Pack.of(ids, asked), lora);
  }

  /**
   * Predicts the tokens that follow some positions of several examples.
   *
   * @param manager owns what is computed
   * @param pack each example no longer than the model was loaded for
   * @return logits, shape [adapters, asked, vocabulary]
   */
  public NDArray logits(NDManager manager, Pack pack, Lora lora) {
    return head.apply(states(manager, pack, lora), lora);
  }
}
