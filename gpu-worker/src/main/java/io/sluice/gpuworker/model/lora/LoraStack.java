package io.sluice.gpuworker.model.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.Linear;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The adapters of several checkpoints of one run, stacked on a common first axis, so that an
 * example passes through all of them at once. Immutable; threads may share it.
 */
public final class LoraStack {
  private final LoraLayout layout;
  private final int adapters;
  private final NDArray values;
  private final NDArray scaling;

  private LoraStack(LoraLayout layout, int adapters, NDArray values, NDArray scaling) {
    this.layout = layout;
    this.adapters = adapters;
    this.values = values;
    this.scaling = scaling;
  }

  /**
   * Loads the adapters of checkpoints.
   *
   * @param manager owns the arrays of the adapters
   * @param checkpoints the checkpoints of one run; at least one
   * @throws UnusableModelException when a checkpoint does not match the model or the other
   *     checkpoints
   */
  public static LoraStack load(NDManager manager, Decoder decoder, List<LoraCheckpoint> checkpoints)
      throws IOException {
    LoraLayout layout = LoraLayout.of(decoder.linears(), checkpoints.get(0));
    float[] scaling = new float[checkpoints.size()];
    for (int c = 0; c < scaling.length; c++) {
      LoraCheckpoint checkpoint = checkpoints.get(c);
      if (!LoraLayout.of(decoder.linears(), checkpoint).equals(layout)) {
        throw new UnusableModelException(
            checkpoint.adapter().path()
                + " has another rank or adapts other layers than that of "
                + checkpoints.get(0).folder()
                + ": use the checkpoints of one training run");
      }
      rejectUnused(layout, checkpoint);
      scaling[c] = checkpoint.scaling();
      requireSameReplacements(checkpoints.get(0), checkpoint);
    }
    return new LoraStack(
        layout,
        scaling.length,
        AdapterMemory.load(manager, layout, checkpoints),
        manager.create(scaling, new Shape(scaling.length, 1, 1)));
  }

  /**
   * Creates a stack of a single adapter from its values.
   *
   * @param manager owns the arrays of the adapters
   * @param values a flat vector in the order of the layout
   * @param scaling the factor for the adapter's output
   */
  public static LoraStack of(NDManager manager, LoraLayout layout, float[] values, float scaling) {
    return new LoraStack(
        layout,
        1,
        manager.create(values, new Shape(1, layout.size())),
        manager.create(new float[] {scaling}, new Shape(1, 1, 1)));
  }

  /** Rejects an adapter file with tensors that neither the layout nor the base model has. */
  static void rejectUnused(LoraLayout layout, LoraCheckpoint checkpoint)
      throws UnusableModelException {
    Set<String> used = new HashSet<>(replacements(checkpoint));
    layout.parameters().forEach(parameter -> used.add(parameter.stored()));
    checkpoint.rejectUnused(used);
  }

  static Set<String> replacements(LoraCheckpoint checkpoint) {
    Set<String> names = new HashSet<>();
    for (String weight : DecoderWeights.REPLACEABLE) {
      String name = LoraCheckpoint.replacement(weight, checkpoint.adapter());
      if (checkpoint.adapter().has(name)) {
        names.add(name);
      }
    }
    return names;
  }

  /** Adapters share one base model, so any embeddings and heads in their files must be equal. */
  private static void requireSameReplacements(LoraCheckpoint first, LoraCheckpoint other)
      throws IOException {
    Set<String> names = replacements(first);
    boolean same =
        names.equals(replacements(other)) && first.savedModules().equals(other.savedModules());
    for (String name : names) {
      same = same && first.adapter().hasSame(name, other.adapter());
    }
    if (!same) {
      throw new UnusableModelException(
          other.folder()
              + " and "
              + first.folder()
              + " contain different embeddings or heads: train LoRA parameters only");
    }
  }

  /** The layout of a row of {@link Leaf#gradient}. */
  public LoraLayout layout() {
    return layout;
  }

  /** The number of adapters in the stack. */
  public int adapters() {
    return adapters;
  }

  /**
   * Creates parameters for one pass of a single example from all adapters. Must be called within an
   * NDScope.
   *
   * @return for a single pass
   */
  public Leaf leaf() {
    return leaf(1);
  }

  /**
   * Creates parameters for one pass from all adapters: those of each adapter once for every
   * example, so that each example has gradients of its own. Must be called within an NDScope.
   *
   * @param examples the number of examples that pass through the model side by side
   * @return for a single pass
   */
  public Leaf leaf(int examples) {
    return new Leaf(this, layout.blocks(), examples);
  }

  /**
   * Creates parameters for one pass from the adapters of one part of the model. Must be called
   * within an NDScope.
   *
   * @param examples see {@link #leaf(int)}
   * @return for a single pass; empty if no layer of the part is adapted
   */
  public Optional<Leaf> leaf(Decoder.Part part, int examples) {
    List<LoraLayout.Block> blocks = blocks(part);
    return blocks.isEmpty() ? Optional.empty() : Optional.of(new Leaf(this, blocks, examples));
  }

  /** Whether at least one layer of a part of the model is adapted. */
  public boolean adapts(Decoder.Part part) {
    return !blocks(part).isEmpty();
  }

  private List<LoraLayout.Block> blocks(Decoder.Part part) {
    Set<String> modules =
        part.linears().stream().map(Linear::module).collect(Collectors.toUnmodifiableSet());
    return layout.blocks().stream().filter(block -> modules.contains(block.module())).toList();
  }

  /** Adapters as parameters of one pass: a leaf of the autograd graph that collects a gradient. */
  public static final class Leaf implements Lora {
    private final NDArray flat;
    private final NDArray scaling;
    private final Map<String, Factors> factors = new HashMap<>();

    private record Factors(NDArray down, NDArray up) {}

    /** Creates the leaf for consecutive blocks of the layout. */
    private Leaf(LoraStack stack, List<LoraLayout.Block> blocks, int examples) {
      int begin = blocks.get(0).offset();
      int end = blocks.get(blocks.size() - 1).end();
      int lanes = stack.adapters * examples;
      NDArray values = stack.values.get(new NDIndex().addAllDim().addSliceDim(begin, end));
      flat = (examples == 1 ? values : values.repeat(0, examples)).stopGradient();
      flat.setRequiresGradient(true);
      scaling = examples == 1 ? stack.scaling : stack.scaling.repeat(0, examples);
      NDList parts = flat.split(LoraLayout.splitPoints(blocks), 1);
      int next = 0;
      for (LoraLayout.Block block : blocks) {
        NDArray a = parts.get(next++).reshape(lanes, block.rank(), block.in());
        NDArray b = parts.get(next++).reshape(lanes, block.out(), block.rank());
        factors.put(block.module(), new Factors(a.swapAxes(1, 2), b.swapAxes(1, 2)));
      }
    }

    @Override
    public Optional<NDArray> delta(String module, NDArray x) {
      return Optional.ofNullable(factors.get(module))
          .map(lora -> x.matMul(lora.down()).mul(scaling).matMul(lora.up()));
    }

    /**
     * The gradient that a backward pass computed.
     *
     * @return shape [adapters * examples, values per adapter], in the order of the layout; the
     *     examples of one adapter follow each other
     */
    public NDArray gradient() {
      return flat.getGradient();
    }
  }
}
