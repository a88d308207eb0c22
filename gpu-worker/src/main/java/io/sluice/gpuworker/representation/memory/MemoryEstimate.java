package io.sluice.gpuworker.representation.memory;

import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.representation.memory.ModelShape.LinearShape;
import java.util.Optional;

/**
 * The memory that a decoder's representations take on a device, by formula. It counts the arrays
 * that the graph of gradients keeps for the backward pass, what one layer computes besides them,
 * and the gradients. Everything that is computed is in 32 bits. Measured peaks on the CPU are
 * between half and all of the estimate.
 */
public final class MemoryEstimate {
  private static final long FLOAT = Float.BYTES;
  private static final long MIB = 1L << 20;

  /**
   * The engine's libraries and the Java process, and on a GPU the context and the workspaces of
   * CUDA. Both are generous guesses.
   */
  private static final long ENGINE_ON_CPU = 700 * MIB;

  private static final long ENGINE_ON_GPU = 1024 * MIB;

  /** A layer's backward pass has this many arrays of the size of the attention's weights. */
  private static final int ATTENTION_ARRAYS = 5;

  /** What a layer computes and does not keep, in arrays of the size of its states. */
  private static final int STATE_ARRAYS = 12;

  /**
   * Logits, their softmax and the gradients of both, of which three exist at a time. Plain heads,
   * whose gradient is computed without a graph, need no more than that.
   */
  private static final int LOGIT_ARRAYS = 3;

  /** More arrays of that size if the logits are limited. */
  private static final int LIMIT_ARRAYS = 3;

  /** The gradients of all adapters, and those of each layer's, from which they are joined. */
  private static final int GRADIENT_ARRAYS = 2;

  /** On a GPU: Adam's form and the signed, reordered gradients, with their indices. */
  private static final int REDUCTION_ARRAYS = 7;

  private final ModelShape model;
  private final MatrixStorage matrices;
  private final Optional<AdapterShape> adapters;
  private final boolean gpu;

  /**
   * Prepares estimates.
   *
   * @param model the shape of the base model
   * @param matrices how its weight matrices are kept
   * @param adapters the adapters of the checkpoints; empty for hidden states
   * @param gpu whether the device is a GPU
   */
  public MemoryEstimate(
      ModelShape model, MatrixStorage matrices, Optional<AdapterShape> adapters, boolean gpu) {
    this.model = model;
    this.matrices = matrices;
    this.adapters = adapters;
    this.gpu = gpu;
  }

  /**
   * The need of a number of passes at the same time.
   *
   * @param pass the size of each
   * @param passes how many, at least 1
   * @param recompute whether the backward passes compute the layers' states again
   */
  public MemoryNeed need(PassSize pass, int passes, boolean recompute) {
    return new MemoryNeed(
        model.matrices() * matrices.bytes(),
        adapterValues() * checkpoints() * perAdapterValue(),
        passes * (pass(pass, recompute) + widened()),
        gpu ? ENGINE_ON_GPU : ENGINE_ON_CPU);
  }

  /**
   * The longest example, of which every token is learnt, that a memory has room for in each of a
   * number of passes.
   *
   * @param memory in bytes
   * @param passes how many at the same time, at least 1
   * @param limit no longer than this
   * @return 0 to {@code limit}, in tokens
   */
  public int longest(long memory, int passes, boolean recompute, int limit) {
    int fits = 0;
    int beyond = limit + 1;
    while (beyond - fits > 1) {
      int length = fits + (beyond - fits) / 2;
      if (need(PassSize.ofOne(length), passes, recompute).total() <= memory) {
        fits = length;
      } else {
        beyond = length;
      }
    }
    return fits;
  }

  private int checkpoints() {
    return adapters.map(AdapterShape::checkpoints).orElse(1);
  }

  private long adapterValues() {
    return adapters.map(all -> model.adapter(all.rank(), all.adapted())).orElse(0L);
  }

  /** The values, both moments, and on a GPU the sign, which is a byte. */
  private long perAdapterValue() {
    long moments = adapters.filter(AdapterShape::moments).isPresent() ? 2 : 0;
    return (1 + moments) * FLOAT + (gpu ? 1 : 0);
  }

  /** The copy of a matrix in 32 bits that a pass makes for a product. */
  private long widened() {
    return matrices.widened() ? model.largest() * FLOAT : 0;
  }

  /** The bytes that a pass takes besides what is loaded. */
  private long pass(PassSize size, boolean recompute) {
    if (adapters.isEmpty()) {
      return FLOAT * size.tokens() * (transientValues(size) + keptValues(0, size));
    }
    int layers = model.config().layers().size();
    long kept = 0;
    long most = 0;
    for (int layer = 0; layer < layers; layer++) {
      long values = keptValues(layer, size);
      kept += recompute ? model.config().hidden() : values;
      most = Math.max(most, values);
    }
    long rows = size.tokens() * checkpoints();
    long layer = rows * (transientValues(size) + (recompute ? most : 0));
    long values = rows * kept + masks(size) + Math.max(layer, logits(size)) + gradients(size);
    return FLOAT * values;
  }

  /** The values per token that a layer's backward pass needs of its forward pass. */
  private long keptValues(int layer, PassSize size) {
    DecoderConfig config = model.config();
    String prefix = "model.layers." + layer + ".";
    long adapted = 0;
    for (LinearShape linear : model.linears(layer)) {
      if (adapts(linear.module())) {
        adapted += adapters.orElseThrow().rank();
      }
    }
    // The two inputs of the blocks, what each norm takes in besides them, and the inputs of layers
    // with an adapter.
    long states = (long) config.hidden() * Math.max(2, model.norms());
    long inputs =
        adaptsAny(prefix + "self_attn.", "q_proj", "k_proj", "v_proj", "qkv_proj")
            ? config.hidden()
            : 0;
    inputs += adaptsAny(prefix + "self_attn.", "o_proj") ? model.wide() : 0;
    inputs +=
        adaptsAny(prefix + "mlp.", "gate_proj", "up_proj", "gate_up_proj") ? config.hidden() : 0;
    inputs += adaptsAny(prefix + "mlp.", "down_proj") ? config.intermediate() : 0;
    long heads = model.wide() + 2 * model.narrow() + model.normedHeads();
    return states + inputs + adapted + heads + weights(size) * (limited() ? 2 : 1) + gate();
  }

  private boolean limited() {
    return model.config().scales().attentionLimit().isPresent();
  }

  /** The attention's weights per token. */
  private long weights(PassSize size) {
    return (long) model.config().heads() * size.length();
  }

  /** What the gate of a feed-forward block keeps: inputs and results of its steps. */
  private long gate() {
    long steps =
        switch (model.config().activation()) {
          case SILU -> 4;
          case GELU -> 3;
          case GELU_TANH -> 6;
        };
    return steps * model.config().intermediate();
  }

  private boolean adaptsAny(String prefix, String... names) {
    for (String name : names) {
      if (adapts(prefix + name)) {
        return true;
      }
    }
    return false;
  }

  private boolean adapts(String module) {
    return adapters.filter(all -> all.adapted().test(module)).isPresent();
  }

  /** The values per token that a layer computes and releases when it is done. */
  private long transientValues(PassSize size) {
    long limits = limited() ? LIMIT_ARRAYS : 0;
    return (ATTENTION_ARRAYS + limits) * weights(size)
        + STATE_ARRAYS * Math.max(model.config().hidden(), model.wide())
        + 2L * model.config().intermediate();
  }

  /** The masks of each kind of attention: of all positions, and of the learnt ones. */
  private long masks(PassSize size) {
    long kinds = model.config().layers().stream().distinct().count();
    long asked = (long) size.asked() * size.examples() * checkpoints();
    return kinds * (size.length() + asked) * size.length();
  }

  private long logits(PassSize size) {
    boolean limits = model.config().scales().logitLimit().isPresent();
    return (LOGIT_ARRAYS + (limits ? LIMIT_ARRAYS : 0))
        * ((long) size.asked() * size.examples())
        * checkpoints()
        * model.vocabulary();
  }

  /** The gradients, and the copies of the adapters for the examples of a shared pass. */
  private long gradients(PassSize size) {
    long arrays =
        (long) GRADIENT_ARRAYS + (size.examples() > 1 ? 1 : 0) + (gpu ? REDUCTION_ARRAYS : 0);
    return arrays * adapterValues() * checkpoints() * size.examples();
  }
}
