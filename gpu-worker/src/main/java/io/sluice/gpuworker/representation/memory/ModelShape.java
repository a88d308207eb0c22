package io.sluice.gpuworker.representation.memory;

import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.config.QueryKeyNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The shape of a decoder: the sizes of its layers and of what they compute.
 *
 * @param config the config of the model
 * @param vocabulary the number of rows of the embedding and of the head
 */
public record ModelShape(DecoderConfig config, int vocabulary) {
  private static final String HEAD = "lm_head";

  /** A linear layer with its name in the model. */
  record LinearShape(String module, long in, long out) {
    long values() {
      return in * out;
    }

    /** The number of values of its adapter. */
    long adapter(int rank) {
      return rank * (in + out);
    }
  }

  /** The number of values of all query heads of a token. */
  public long wide() {
    return (long) config.heads() * config.headSize();
  }

  /** The number of values of all key heads of a token. */
  long narrow() {
    return (long) config.keyValueHeads() * config.headSize();
  }

  /** The linear layers of a layer's attention and of its feed-forward block. */
  List<LinearShape> linears(int layer) {
    String prefix = "model.layers." + layer + ".";
    String attention = prefix + "self_attn.";
    String block = prefix + "mlp.";
    long hidden = config.hidden();
    long inner = config.intermediate();
    List<LinearShape> linears = new ArrayList<>();
    if (config.packed()) {
      linears.add(new LinearShape(attention + "qkv_proj", hidden, wide() + 2 * narrow()));
      linears.add(new LinearShape(block + "gate_up_proj", hidden, 2 * inner));
    } else {
      linears.add(new LinearShape(attention + "q_proj", hidden, wide()));
      linears.add(new LinearShape(attention + "k_proj", hidden, narrow()));
      linears.add(new LinearShape(attention + "v_proj", hidden, narrow()));
      linears.add(new LinearShape(block + "gate_proj", hidden, inner));
      linears.add(new LinearShape(block + "up_proj", hidden, inner));
    }
    linears.add(new LinearShape(attention + "o_proj", wide(), hidden));
    linears.add(new LinearShape(block + "down_proj", inner, hidden));
    return linears;
  }

  private Stream<LinearShape> ofLayers() {
    return IntStream.range(0, config.layers().size())
        .boxed()
        .flatMap(layer -> linears(layer).stream());
  }

  private LinearShape head() {
    return new LinearShape(HEAD, config.hidden(), vocabulary);
  }

  private Stream<LinearShape> all() {
    return Stream.concat(ofLayers(), Stream.of(head()));
  }

  /** The number of values of the matrices of all layers, with which every token is multiplied. */
  public long layerMatrices() {
    return ofLayers().mapToLong(LinearShape::values).sum();
  }

  /** The number of values of the head's matrix, with which the learnt tokens are multiplied. */
  public long headMatrix() {
    return head().values();
  }

  /** The number of values of all matrices; a tied head is the embedding. */
  long matrices() {
    long embedding = (long) vocabulary * config.hidden();
    return all().mapToLong(LinearShape::values).sum() + (config.tiedHead() ? 0 : embedding);
  }

  /** The number of values of the largest matrix. */
  long largest() {
    return all().mapToLong(LinearShape::values).max().orElseThrow();
  }

  /** The number of values of the adapters of one checkpoint. */
  long adapter(int rank, Predicate<String> adapted) {
    return all()
        .filter(linear -> adapted.test(linear.module()))
        .mapToLong(linear -> linear.adapter(rank))
        .sum();
  }

  /** The number of norms of a layer's states. */
  int norms() {
    return (int)
        Stream.of(
                config.norms().beforeAttention(),
                config.norms().afterAttention(),
                config.norms().beforeFeedForward(),
                config.norms().afterFeedForward())
            .filter(Optional::isPresent)
            .count();
  }

  /** The number of values per token that the norms of queries and keys take in. */
  long normedHeads() {
    return config.queryKeyNorm() == QueryKeyNorm.NONE ? 0 : wide() + narrow();
  }
}
