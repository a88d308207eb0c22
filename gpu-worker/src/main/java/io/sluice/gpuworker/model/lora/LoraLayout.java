package io.sluice.gpuworker.model.lora;

import io.sluice.gpuworker.model.config.Architecture;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.Linear;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * The position of each LoRA matrix in a flat vector that contains all of them.
 *
 * <p>The order is that of the model's parameters: layer by layer, module by module, A before B,
 * each in row-major order. The optimizer numbers its parameters in the same order.
 *
 * @param blocks the adapted modules, in order; at least one
 */
public record LoraLayout(List<Block> blocks) {
  /** Takes an unmodifiable copy of the list. */
  public LoraLayout {
    blocks = List.copyOf(blocks);
  }

  /**
   * The two LoRA matrices of an adapted module: A, shape [rank, in], and B, shape [out, rank].
   *
   * @param module the name of the module in the model
   * @param rank the rows of A and columns of B
   * @param in the columns of A
   * @param out the rows of B
   * @param offset the index of A's first value in the flat vector; B follows A
   */
  public record Block(String module, int rank, int in, int out, int offset) {
    int offsetB() {
      return offset + rank * in;
    }

    int end() {
      return Math.addExact(Math.addExact(offset, rank * in), out * rank);
    }
  }

  /**
   * A LoRA matrix as a parameter.
   *
   * @param name the name of the parameter in PEFT's model during training
   * @param offset the index of its first value in the flat vector
   */
  public record Parameter(String name, int rows, int columns, int offset) {
    /** The name of the matrix in the adapter file. */
    public String stored() {
      return LoraCheckpoint.stored(name);
    }
  }

  /** All matrices, in the order of the layout. */
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    for (Block block : blocks) {
      String a = LoraCheckpoint.parameter(block.module(), "lora_A");
      String b = LoraCheckpoint.parameter(block.module(), "lora_B");
      parameters.add(new Parameter(a, block.rank(), block.in(), block.offset()));
      parameters.add(new Parameter(b, block.out(), block.rank(), block.offsetB()));
    }
    return parameters;
  }

  /**
   * Returns the layout of the adapters of a run.
   *
   * @param linears the linear layers of the model, in the order of its parameters
   * @param example any checkpoint of the run; all of them adapt the same modules
   * @throws UnusableModelException when the adapter adapts no linear layer of the model
   */
  static LoraLayout of(List<Linear> linears, LoraCheckpoint example) throws IOException {
    Set<String> adapted = new HashSet<>();
    for (Linear linear : linears) {
      if (example.adapts(linear.module())) {
        adapted.add(linear.module());
      }
    }
    List<Block> blocks =
        blocks(linears, example.rank(), linear -> adapted.contains(linear.module()));
    if (blocks.isEmpty()) {
      throw new UnusableModelException(
          example.adapter().path()
              + " adapts no linear layer of the model: use checkpoints that were trained from this model");
    }
    return new LoraLayout(blocks);
  }

  /**
   * Returns the layout of a new adapter.
   *
   * @param rank the rank of every adapted module
   * @param targets the linear layers to adapt, by the last part of their names, such as {@code
   *     q_proj}
   * @throws UnusableModelException when {@code targets} is empty, or the model has no linear layer
   *     of one of these names
   */
  public static LoraLayout of(Decoder decoder, int rank, Set<String> targets)
      throws UnusableModelException {
    Set<String> unknown = new TreeSet<>(targets);
    Set<String> known = new TreeSet<>();
    for (Linear linear : decoder.linears()) {
      known.add(lastName(linear.module()));
    }
    unknown.removeAll(known);
    if (targets.isEmpty() || !unknown.isEmpty()) {
      throw new UnusableModelException(
          "the model has no linear layers named "
              + (targets.isEmpty() ? "(none given)" : String.join(", ", unknown))
              + ": adapt some of "
              + String.join(", ", known));
    }
    return new LoraLayout(
        blocks(decoder.linears(), rank, linear -> targets.contains(lastName(linear.module()))));
  }

  /**
   * Returns the layout of an existing adapter.
   *
   * @throws UnusableModelException when it adapts no linear layer of the model
   */
  public static LoraLayout of(Decoder decoder, LoraCheckpoint adapter) throws IOException {
    return of(decoder.linears(), adapter);
  }

  /**
   * The linear layers that are adapted by default: the four of the attention for Llama (LESS,
   * section 4), and all except the head for other architectures.
   *
   * @throws UnusableModelException when the model's config is missing or damaged, or its
   *     architecture is not supported
   */
  public static Set<String> defaultTargets(Path modelFolder) throws IOException {
    return Architecture.of(
            JsonFile.read(
                UnusableModelException.required(
                    modelFolder, "config.json", "give the folder of a model")))
        .defaultTargets();
  }

  private static String lastName(String module) {
    return module.substring(module.lastIndexOf('.') + 1);
  }

  private static List<Block> blocks(List<Linear> linears, int rank, Predicate<Linear> adapted) {
    List<Block> blocks = new ArrayList<>();
    int offset = 0;
    for (Linear linear : linears) {
      if (adapted.test(linear)) {
        Block block = new Block(linear.module(), rank, linear.in(), linear.out(), offset);
        blocks.add(block);
        offset = block.end();
      }
    }
    return blocks;
  }

  /** The number of values in the flat vector. */
  public int size() {
    return blocks.get(blocks.size() - 1).end();
  }

  /** The indices at which to split the values of consecutive blocks into matrices. */
  static long[] splitPoints(List<Block> blocks) {
    int begin = blocks.get(0).offset();
    return blocks.stream()
        .flatMapToLong(block -> LongStream.of(block.offsetB() - begin, block.end() - begin))
        .limit(2L * blocks.size() - 1)
        .toArray();
  }
}
