package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.config.LayerAttention;
import io.sluice.gpuworker.model.config.Norms;
import io.sluice.gpuworker.model.config.QueryKeyNorm;
import io.sluice.gpuworker.model.config.RopeConfig;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Creates a decoder from its config and its weights. */
final class DecoderAssembly {
  private static final String HEAD = "lm_head";
  private static final String HEAD_WEIGHT = HEAD + ".weight";

  private final NDManager manager;
  private final DecoderConfig config;
  private final DecoderWeights weights;
  private final NDArray scale;

  DecoderAssembly(NDManager manager, DecoderConfig config, DecoderWeights weights) {
    this.manager = manager;
    this.config = config;
    this.weights = weights;
    this.scale = manager.create((float) (1 / Math.sqrt(config.headSize())));
  }

  /** Loads all weights; {@code positions} is the maximum length of an example, in tokens. */
  Decoder assemble(int positions) throws IOException {
    List<DecoderLayer> layers = new ArrayList<>();
    Map<RopeConfig, Rope> ropes = new HashMap<>();
    for (LayerAttention attention : config.layers()) {
      layers.add(layer(attention, "model.layers." + layers.size() + "."));
      attention
          .rope()
          .ifPresent(
              rope ->
                  ropes.computeIfAbsent(
                      rope, each -> Rope.tables(manager, positions, config.headSize(), each)));
    }
    NDArray embedding = tokenRows(Decoder.EMBEDDING);
    NDArray head = head(embedding);
    RmsNorm norm = norm("model.norm", config.hidden());
    weights.rejectUnused(config);
    return new Decoder(embedding, layers, norm, new Linear(HEAD, head, Optional.empty()), ropes);
  }

  /**
   * The head. As in transformers, a head in the model's files that differs from the embedding is
   * kept although the config says that it is tied. As in PEFT, a trained copy of the embedding
   * leaves a tied head as it is.
   */
  private NDArray head(NDArray embedding) throws IOException {
    if (weights.replaced(HEAD_WEIGHT)) {
      return tokenRows(HEAD_WEIGHT);
    }
    if (!config.tiedHead() && !weights.has(HEAD_WEIGHT)) {
      throw new UnusableModelException(
          "the weights have no "
              + HEAD_WEIGHT
              + ", but tie_word_embeddings in config.json is false, or absent and false by default: use"
              + " the config.json that belongs to the weights");
    }
    if (!config.tiedHead() || weights.differ(HEAD_WEIGHT, Decoder.EMBEDDING)) {
      return tokenRows(HEAD_WEIGHT);
    }
    if (weights.replaced(Decoder.EMBEDDING) && weights.leavesTiedHead()) {
      NDArray head = weights.baseRows(Decoder.EMBEDDING, config.hidden());
      requireVocabulary(Decoder.EMBEDDING, head);
      return head;
    }
    return embedding;
  }

  /**
   * Loads a matrix with one row per token. A checkpoint's matrix may have more rows than the
   * vocabulary of the base model, because tokens can be added before the warm-up.
   */
  private NDArray tokenRows(String name) throws IOException {
    NDArray rows = weights.rows(name, config.hidden());
    if (!weights.replaced(name)) {
      requireVocabulary(name, rows);
    }
    return rows;
  }

  private void requireVocabulary(String name, NDArray rows) throws UnusableModelException {
    long count = rows.getShape().get(0);
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
        norm(prefix, norms.afterFeedForward()));
  }

  private Attention attention(String prefix) throws IOException {
    int width = config.heads() * config.headSize();
    return new Attention(
        heads(prefix, "q", config.heads(), config.queryKeyNorm()),
        heads(prefix, "k", config.keyValueHeads(), config.queryKeyNorm()),
        heads(prefix, "v", config.keyValueHeads(), QueryKeyNorm.NONE),
        weights.linear(prefix + "o_proj", width, config.hidden(), config.outputBias()),
        config.heads() / config.keyValueHeads(),
        scale);
  }

  private Heads heads(String prefix, String name, int heads, QueryKeyNorm norm) throws IOException {
    int width = heads * config.headSize();
    Linear linear =
        weights.linear(prefix + name + "_proj", config.hidden(), width, config.queryKeyValueBias());
    String normName = prefix + name + "_norm";
    return new Heads(
        linear,
        config.headSize(),
        switch (norm) {
          case NONE -> Optional.empty();
          case EACH_HEAD -> Optional.of(norm(normName, config.headSize()));
          case ALL_HEADS -> Optional.of(norm(normName, width));
        });
  }

  private FeedForward feedForward(String prefix) throws IOException {
    int hidden = config.hidden();
    int wide = config.intermediate();
    boolean bias = config.feedForwardBias();
    return new FeedForward(
        weights.linear(prefix + "gate_proj", hidden, wide, bias),
        weights.linear(prefix + "up_proj", hidden, wide, bias),
        weights.linear(prefix + "down_proj", wide, hidden, bias));
  }

  private Optional<RmsNorm> norm(String prefix, Optional<String> name) throws IOException {
    return name.isPresent()
        ? Optional.of(norm(prefix + name.get(), config.hidden()))
        : Optional.empty();
  }

  private RmsNorm norm(String module, int width) throws IOException {
    String name = module + ".weight";
    return new RmsNorm(name, weights.vector(name, width), config.normEpsilon());
  }
}
