package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.config.LayerAttention;
import io.sluice.gpuworker.model.config.RopeConfig;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
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

  /**
   * The weights of the head, if a prediction is the product of a state with them and nothing else:
   * 32-bit values without an adapter, a bias, a factor or a limit.
   *
   * @param adapted the modules that have an adapter
   * @return shape [vocabulary, hidden]
   */
  public Optional<NDArray> plainHead(Set<String> adapted) {
    return head.plain().filter(weights -> !adapted.contains(head.linear().module()));
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
   * A forward pass in parts: one per layer, one for the final norm, and a last one for the head.
   *
   * @param embedded the tokens' embeddings, shape [1, positions, hidden]
   * @param parts in order; each takes the output of the previous one, and the last returns logits,
   *     shape [1 or adapters, asked, vocabulary]
   */
  public record Pass(NDArray embedded, List<Part> parts) {}

  /**
   * Prepares a forward pass. Only the embeddings and the masks are computed.
   *
   * @param manager owns the arrays that the pass shares; must stay open until the pass ends
   * @param batch each example at most as long as the maximum that was passed to {@link #load}
   */
  public Pass pass(NDManager manager, Batch batch) {
    List<Part> parts = layerParts(manager, batch);
    parts.add(new Part(List.of(), (x, lora) -> norm.apply(x)));
    parts.add(new Part(List.of(head.linear()), head::apply));
    return new Pass(embedded(manager, batch), parts);
  }

  private NDArray embedded(NDManager manager, Batch batch) {
    NDArray found = embedding.apply(manager, batch.paddedIds());
    if (batch.isSingle()) {
      return found;
    }
    NDArray rows = found.reshape(batch.examples(), batch.length(), -1);
    return batch.copies() == 1 ? rows : rows.tile(new long[] {batch.copies(), 1, 1});
  }

  private List<Part> layerParts(NDManager manager, Batch batch) {
    if (batch.isSingle()) {
      return layerParts(manager, Pack.of(batch.ids().get(0), batch.asked().get(0)));
    }
    return layerParts(
        attention ->
            Sequence.of(manager, batch, attention.rope().map(ropes::get), attention.window()));
  }

  private List<Part> layerParts(NDManager manager, Pack pack) {
    return layerParts(
        attention ->
            Sequence.of(manager, pack, attention.rope().map(ropes::get), attention.window()));
  }

  private List<Part> layerParts(Function<LayerAttention, Sequence> positions) {
    Map<LayerAttention, Sequence> sequences = new HashMap<>();
    List<Part> parts = new ArrayList<>();
    for (DecoderLayer layer : layers) {
      Sequence sequence = sequences.computeIfAbsent(layer.positions(), positions);
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
   * Computes hidden states after the final norm of one example, see {@link #states(NDManager,
   * Batch, Lora)}.
   *
   * @param ids the token ids of the example
   * @param asked positions whose state is wanted, ascending
   * @return shape [1 or adapters, asked, hidden]
   */
  public NDArray states(NDManager manager, long[] ids, long[] asked, Lora lora) {
    return states(manager, Batch.of(ids, asked), lora);
  }

  /**
   * Computes hidden states after the final norm.
   *
   * <p>In the last layer, only keys and values are computed at all positions; the rest is computed
   * at the requested positions only.
   *
   * @param manager owns the arrays that are computed
   * @return shape [lanes, asked, hidden]; [1 or adapters, asked, hidden] for a single example
   */
  public NDArray states(NDManager manager, Batch batch, Lora lora) {
    return states(embedded(manager, batch), layerParts(manager, batch), lora);
  }

  /**
   * Passes states through layers. What a layer computes is released when it is done, except for
   * what the backward pass needs of it, which the graph of gradients holds. An array over Java's
   * memory that a layer creates would be released with the layer; an adapter that creates one takes
   * it out of the scope.
   */
  private NDArray states(NDArray embedded, List<Part> parts, Lora lora) {
    NDArray state = embedded;
    for (Part part : parts) {
      try (NDArray input = state;
          NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        state = part.step().apply(input, lora);
        NDScope.unregister(state);
      }
    }
    return norm.apply(state);
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
    return logits(manager, Batch.of(ids, asked), lora);
  }

  /**
   * Predicts the tokens that follow the requested positions.
   *
   * @param manager owns the arrays that are computed
   * @param batch each example at most as long as the maximum that was passed to {@link #load}
   * @return logits, shape [lanes, asked, vocabulary]; [1 or adapters, asked, vocabulary] for a
   *     single example
   */
  public NDArray logits(NDManager manager, Batch batch, Lora lora) {
    return head.apply(states(manager, batch, lora), lora);
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
    NDArray embedded = embedding.apply(manager, pack.ids());
    return head.apply(states(embedded, layerParts(manager, pack), lora), lora);
  }
}
