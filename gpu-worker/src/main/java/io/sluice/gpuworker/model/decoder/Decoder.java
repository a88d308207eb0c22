package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
 * <p>The first axis of all states, which usually is the batch, distinguishes adapters here: one
 * example (or one pack of examples) passes through the model with several adapters at once. Below
 * the first adapted layer, all of them share one computation, and no gradient flows there.
 * Immutable; threads may share it.
 */
public final class Decoder {
  private final Embedding embedding;
  private final List<DecoderLayer> layers;
  private final RmsNorm norm;
  private final Head head;
  private final Map<RopeConfig, Rope> ropes;

  Decoder(
      Embedding embedding,
      List<DecoderLayer> layers,
      RmsNorm norm,
      Head head,
      Map<RopeConfig, Rope> ropes) {
    this.embedding = embedding;
    this.layers = List.copyOf(layers);
    this.norm = norm;
    this.head = head;
    this.ropes = Map.copyOf(ropes);
  }

  /**
   * Loads the weights of a model.
   *
   * @param manager owns the weights and frees them when it is closed
   * @param weights the model's weights
   * @param positions the maximum length of an example, in tokens
   * @throws UnusableModelException when a weight is missing or its shape does not match the config
   */
  public static Decoder load(
      NDManager manager, DecoderConfig config, DecoderWeights weights, int positions)
      throws IOException {
    return new DecoderAssembly(manager, config, weights).assemble(positions);
  }

  /** The linear layers that may have an adapter, in the order of the model's parameters. */
  public List<Linear> linears() {
    return Stream.concat(layers.stream().flatMap(DecoderLayer::linears), Stream.of(head.linear()))
        .toList();
  }

  /**
   * Returns a copy of the model whose weights are replaced by those of the map.
   *
   * @param weights called once per weight; a head that shares the weights of the embedding keeps
   *     sharing them, without a call
   */
  public Decoder with(WeightMap weights) {
    Embedding replaced = embedding.with(weights);
    Linear linear = head.linear();
    return new Decoder(
        replaced,
        layers.stream().map(layer -> layer.with(weights)).toList(),
        norm.with(weights),
        head.with(
            isTied()
                ? new Linear(linear.module(), replaced.weight(), linear.bias())
                : linear.with(weights)),
        ropes);
  }

  @SuppressWarnings("ReferenceEquality") // The very same array, not an equal one.
  private boolean isTied() {
    return head.linear().weight() == embedding.weight();
  }

  /**
   * Whether products create copies of weights in 32 bits. A graph of gradients keeps them, so a
   * backward pass should then recompute one layer at a time.
   */
  public boolean widens() {
    return linears().stream().anyMatch(linear -> linear.weight().format().widens());
  }

  /** The size of the vocabulary: token ids are at least 0 and less than this number. */
  public int vocabulary() {
    return embedding.weight().height();
  }

  /** The number of values in a hidden state. */
  public int hidden() {
    return embedding.weight().width();
  }

  /**
   * One step of a forward pass, such as a layer.
   *
   * @param linears the linear layers of the step, in the order of the model's parameters
   * @param step computes the output of the step from its input, shape [1 or adapters, positions,
   *     hidden], and the adapters
   */
  public record Part(List<Linear> linears, BiFunction<NDArray, Lora, NDArray> step) {}

  /**
   * A forward pass in parts: one per layer, and a last one for the final norm and the head.
   *
   * @param embedded the tokens' embeddings, shape [1, positions, hidden]
   * @param parts in order; each takes the output of the previous one, and the last returns logits,
   *     shape [1 or adapters, asked, vocabulary]
   */
  public record Pass(NDArray embedded, List<Part> parts) {}

  /**
   * Prepares a forward pass of one example. Only the embeddings and the masks are computed.
   *
   * @param manager owns the arrays that the pass shares; must stay open until the pass ends
   * @param ids the token ids of the example
   * @param asked positions whose next token is predicted, ascending
   */
  public Pass pass(NDManager manager, long[] ids, long[] asked) {
    List<Part> parts = layerParts(manager, Pack.of(ids, asked));
    parts.add(new Part(List.of(head.linear()), (x, lora) -> head.apply(norm.apply(x), lora)));
    return new Pass(embedding.apply(manager, ids), parts);
  }

  private List<Part> layerParts(NDManager manager, Pack pack) {
    Map<LayerAttention, Sequence> sequences = new HashMap<>();
    List<Part> parts = new ArrayList<>();
    for (DecoderLayer layer : layers) {
      Sequence sequence =
          sequences.computeIfAbsent(
              layer.positions(),
              known -> Sequence.of(manager, pack, known.rope().map(ropes::get), known.window()));
      boolean last = parts.size() == layers.size() - 1;
      Sequence.View view = last ? sequence.asked() : sequence.everywhere();
      parts.add(
          new Part(
              layer.linears().toList(),
              (x, lora) -> layer.apply(x, view, sequence.everywhere(), lora)));
    }
    return parts;
  }

  /**
   * Computes hidden states after the final norm.
   *
   * <p>In the last layer, only keys and values are computed at all positions; the rest is computed
   * at the requested positions only.
   *
   * @param manager owns the arrays that are computed
   * @param ids the token ids of the example
   * @param asked positions whose state is wanted, ascending
   * @return shape [1 or adapters, asked, hidden]
   */
  public NDArray states(NDManager manager, long[] ids, long[] asked, Lora lora) {
    return states(manager, Pack.of(ids, asked), lora);
  }

  private NDArray states(NDManager manager, Pack pack, Lora lora) {
    NDArray x = embedding.apply(manager, pack.ids());
    for (Part part : layerParts(manager, pack)) {
      x = part.step().apply(x, lora);
    }
    return norm.apply(x);
  }

  /**
   * Predicts the tokens that follow the given positions of one example.
   *
   * @param manager owns the arrays that are computed
   * @param ids the token ids of the example
   * @param asked positions whose next token is predicted, ascending
   * @return logits, shape [1 or adapters, asked, vocabulary]
   */
  public NDArray logits(NDManager manager, long[] ids, long[] asked, Lora lora) {
    return logits(manager, Pack.of(ids, asked), lora);
  }

  /**
   * Predicts the tokens that follow the requested positions of a pack of examples.
   *
   * @param manager owns the arrays that are computed
   * @param pack each of its examples at most as long as the maximum that was passed to {@link
   *     #load}
   * @return logits, shape [1 or adapters, asked, vocabulary]
   */
  public NDArray logits(NDManager manager, Pack pack, Lora lora) {
    return head.apply(states(manager, pack, lora), lora);
  }
}
