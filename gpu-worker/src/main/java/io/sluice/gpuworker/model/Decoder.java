package io.sluice.gpuworker.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.SparseFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder-only language model of the Llama family with frozen weights.
 *
 * <p>The axis that training uses for a batch holds adapters here: one example passes through the
 * model with several adapters at once. Up to the first adapter they share all computation, and no
 * gradient flows below it. Immutable; threads may share it.
 */
public final class Decoder {
  private final NDArray embedding;
  private final List<DecoderLayer> layers;
  private final RmsNorm norm;
  private final NDArray head;
  private final Rope rope;

  private Decoder(
      NDArray embedding, List<DecoderLayer> layers, RmsNorm norm, NDArray head, Rope rope) {
    this.embedding = embedding;
    this.layers = List.copyOf(layers);
    this.norm = norm;
    this.head = head;
    this.rope = rope;
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
    NDArray scale = manager.create((float) (1 / Math.sqrt(config.headSize())));
    List<DecoderLayer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(config, weights, "model.layers." + i + ".", scale));
    }
    NDArray embedding = weights.rows("model.embed_tokens.weight", config.hidden());
    NDArray head =
        config.tiedHead() && !weights.replaced("lm_head.weight")
            ? embedding
            : weights.rows("lm_head.weight", config.hidden());
    return new Decoder(
        embedding,
        layers,
        weights.norm("model.norm", config),
        head,
        Rope.tables(manager, positions, config.headSize(), config.ropeTheta()));
  }

  private static DecoderLayer layer(
      DecoderConfig config, DecoderWeights weights, String prefix, NDArray scale)
      throws IOException {
    int hidden = config.hidden();
    int queries = config.heads() * config.headSize();
    int keys = config.keyValueHeads() * config.headSize();
    int wide = config.intermediate();
    return new DecoderLayer(
        weights.norm(prefix + "input_layernorm", config),
        new Attention(
            weights.linear(prefix + "self_attn.q_proj", hidden, queries),
            weights.linear(prefix + "self_attn.k_proj", hidden, keys),
            weights.linear(prefix + "self_attn.v_proj", hidden, keys),
            weights.linear(prefix + "self_attn.o_proj", queries, hidden),
            config.heads() / config.keyValueHeads(),
            config.headSize(),
            scale),
        weights.norm(prefix + "post_attention_layernorm", config),
        new FeedForward(
            weights.linear(prefix + "mlp.gate_proj", hidden, wide),
            weights.linear(prefix + "mlp.up_proj", hidden, wide),
            weights.linear(prefix + "mlp.down_proj", wide, hidden)));
  }

  /** The linear layers that may have an adapter, in the order of the model's parameters. */
  List<Linear> linears() {
    return layers.stream().flatMap(DecoderLayer::linears).toList();
  }

  /** Token ids that the model knows: 0 to this number, exclusive. */
  public int vocabulary() {
    return (int) embedding.getShape().get(0);
  }

  /**
   * Predicts the tokens that follow some positions.
   *
   * <p>The last layer is computed at those positions only, beyond its keys and values.
   *
   * @param manager owns what is computed
   * @param ids the example's tokens
   * @param asked positions whose next token is predicted, ascending
   * @return logits, shape [adapters, asked, vocabulary]
   */
  public NDArray logits(NDManager manager, long[] ids, long[] asked, Lora lora) {
    Sequence sequence = Sequence.of(manager, ids.length, asked, rope);
    NDArray tokens = manager.create(ids);
    NDArray x =
        tokens
            .getNDArrayInternal()
            .embedding(tokens, embedding, SparseFormat.DENSE)
            .head()
            .expandDims(0);
    for (int i = 0; i < layers.size(); i++) {
      boolean last = i == layers.size() - 1;
      x =
          layers
              .get(i)
              .apply(x, last ? sequence.asked() : sequence.everywhere(), sequence.rope(), lora);
    }
    NDArray normed = norm.apply(x);
    return normed.getNDArrayInternal().linear(normed, head, null).head();
  }
}
