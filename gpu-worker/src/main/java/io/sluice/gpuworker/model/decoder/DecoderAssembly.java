package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.config.LayerAttention;
import io.sluice.gpuworker.model.config.Norms;
import io.sluice.gpuworker.model.config.RopeConfig;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Creates a decoder from its config and its weights. */
final class DecoderAssembly {
  private static final String HEAD = "lm_head";
  private static final String HEAD_WEIGHT = HEAD + ".weight";

  private final NDManager manager;
  private final DecoderConfig config;
  private final DecoderWeights weights;
  private final NDArray scale;
  private final Limit attentionLimit;
  private final Factor residual;
  private final Gate gate;

  DecoderAssembly(NDManager manager, DecoderConfig config, DecoderWeights weights) {
    this.manager = manager;
    this.config = config;
    this.weights = weights;
    this.scale = manager.create((float) config.scales().attention());
    this.attentionLimit = Limit.of(manager, config.scales().attentionLimit());
    this.gate = Gate.of(manager, config.activation());
    this.residual = Factor.of(manager, config.scales().residual());
  }

  /** Loads all weights; {@code positions} is the maximum length of an example, in tokens. */
  Decoder assemble(int positions) throws IOException {
    List<DecoderLayer> layers = new ArrayList<>();
    Map<RopeConfig, Rope> ropes = new HashMap<>();
    for (LayerAttention attention : config.layers()) {
      layers.add(layer(attention, "model.layers." + layers.size() + "."));
      if (attention.rope().isPresent() && !ropes.containsKey(attention.rope().get())) {
        RopeConfig rope = attention.rope().get();
        requireSupported(rope, positions);
        ropes.put(rope, Rope.tables(manager, positions, rope));
      }
    }
    Matrix embedding = tokenRows(Embedding.NAME);
    Matrix head = head(embedding);
    RmsNorm norm = norm("model.norm", config.hidden());
    weights.end(config);
    return new Decoder(
        new Embedding(
            embedding, Factor.of(manager, config.scales().embedding()), config.padding(), false),
        layers,
        norm,
        new Head(
            new Linear(HEAD, head, Optional.empty()),
            Factor.of(manager, config.scales().logits()),
            Limit.of(manager, config.scales().logitLimit())),
        ropes);
  }

  private static void requireSupported(RopeConfig rope, int positions)
      throws UnusableModelException {
    int longest = rope.scaling().longest();
    if (positions > longest
        && rope.scaling().frequenciesBeyond(rope.width(), rope.theta()).isEmpty()) {
      throw new UnusableModelException(
          "with the rope_type in config.json, texts may have at most %d tokens, but %d are allowed:"
                  .formatted(longest, positions)
              + " lower the limit of the length");
    }
  }

  /**
   * The head. As in transformers, a head in the model's files that differs from the embedding is
   * kept although the config says that it is tied. As in PEFT, a trained copy of the embedding
   * leaves a tied head as it is, and a trained copy of the head is no longer tied.
   */
  private Matrix head(Matrix embedding) throws IOException {
    boolean tied = config.tiedHead() && !weights.differ(HEAD_WEIGHT, Embedding.NAME);
    if (weights.replaced(HEAD_WEIGHT)) {
      if (tied
          && !weights.separatesHead()
          && weights.replacementDiffers(HEAD_WEIGHT, Embedding.NAME)) {
        throw new UnusableModelException(
            "the adapter's file has a head that differs from the embedding, but the model's head is its"
                + " embedding, and modules_to_save does not name lm_head: use the adapter and the base"
                + " model of the same training run");
      }
      return tokenRows(HEAD_WEIGHT);
    }
    if (!config.tiedHead() && !weights.has(HEAD_WEIGHT)) {
      throw new UnusableModelException(
          "the weights have no "
              + HEAD_WEIGHT
              + ", but tie_word_embeddings in config.json is false, or absent and false by default: use"
              + " the config.json that belongs to the weights");
    }
    if (!tied) {
      return tokenRows(HEAD_WEIGHT);
    }
    if (weights.replaced(Embedding.NAME) && weights.leavesTiedHead()) {
      Matrix head = weights.baseRows(Embedding.NAME, config.hidden());
      requireVocabulary(Embedding.NAME, head);
      return head;
    }
    return embedding;
  }

  /**
   * Loads a matrix with one row per token. A checkpoint's matrix may have more rows than the
   * vocabulary of the base model, because tokens can be added before the warm-up.
   */
  private Matrix tokenRows(String name) throws IOException {
    Matrix rows = weights.rows(name, config.hidden());
    if (!weights.replaced(name)) {
      requireVocabulary(name, rows);
    }
    return rows;
  }

  private void requireVocabulary(String name, Matrix rows) throws UnusableModelException {
    int count = rows.height();
    if (config.vocabulary().isPresent() && config.vocabulary().getAsInt() != count) {
      throw new UnusableModelException(
          "config.json has vocab_size %d, but %s has %d rows: get both from the same model"
              .formatted(config.vocabulary().getAsInt(), name, count));
    }
  }

  private DecoderLayer layer(LayerAttention positions, String prefix) throws IOException {
    Norms norms = config.norms();
    return new DecoderLayer(
        positions,
        norm(prefix, norms.beforeAttention()),
        attention(prefix + "self_attn."),
        norm(prefix, norms.afterAttention()),
        norm(prefix, norms.beforeFeedForward()),
        feedForward(prefix + "mlp."),
        norm(prefix, norms.afterFeedForward()),
        residual);
  }

  private Attention attention(String prefix) throws IOException {
    int hidden = config.hidden();
    int size = config.headSize();
    int wide = config.heads() * size;
    int narrow = config.keyValueHeads() * size;
    boolean bias = config.queryKeyValueBias();
    Projections projections =
        config.packed()
            ? packed(prefix + "qkv_proj", hidden, bias, wide, narrow, narrow)
            : new Projections.Separate(
                List.of(
                    weights.linear(prefix + "q_proj", hidden, wide, bias),
                    weights.linear(prefix + "k_proj", hidden, narrow, bias),
                    weights.linear(prefix + "v_proj", hidden, narrow, bias)));
    return new Attention(
        projections,
        new Heads(size, headNorm(prefix + "q_norm", wide)),
        new Heads(size, headNorm(prefix + "k_norm", narrow)),
        new Heads(size, Optional.empty()),
        weights.linear(prefix + "o_proj", wide, hidden, config.outputBias()),
        config.heads() / config.keyValueHeads(),
        scale,
        attentionLimit);
  }

  private Projections packed(String module, int in, boolean bias, int... widths)
      throws IOException {
    return new Projections.Packed(
        weights.linear(module, in, IntStream.of(widths).sum(), bias),
        IntStream.of(widths).asLongStream().boxed().toList());
  }

  private Optional<RmsNorm> headNorm(String module, int width) throws IOException {
    return switch (config.queryKeyNorm()) {
      case NONE -> Optional.empty();
      case EACH_HEAD -> Optional.of(norm(module, config.headSize()));
      case ALL_HEADS -> Optional.of(norm(module, width));
    };
  }

  private FeedForward feedForward(String prefix) throws IOException {
    int hidden = config.hidden();
    int wide = config.intermediate();
    boolean bias = config.feedForwardBias();
    Projections inner =
        config.packed()
            ? packed(prefix + "gate_up_proj", hidden, bias, wide, wide)
            : new Projections.Separate(
                List.of(
                    weights.linear(prefix + "gate_proj", hidden, wide, bias),
                    weights.linear(prefix + "up_proj", hidden, wide, bias)));
    return new FeedForward(inner, gate, weights.linear(prefix + "down_proj", wide, hidden, bias));
  }

  private Optional<RmsNorm> norm(String prefix, Optional<String> name) throws IOException {
    return name.isPresent()
        ? Optional.of(norm(prefix + name.get(), config.hidden()))
        : Optional.empty();
  }

  private RmsNorm norm(String module, int width) throws IOException {
    String name = module + ".weight";
    return RmsNorm.of(
        manager,
        name,
        weights.vector(name, width),
        config.norms().gainsLessOne(),
        config.normEpsilon());
  }
}
