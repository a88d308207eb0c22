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
 * Where each LoRA matrix lies in a flat vector of all of them.
 *
 * <p>In the order of the model's parameters: layer by layer, module by module, A before B, each
 * row-major. That is the order in which the optimizer numbers them.
 *
 * @param blocks the adapted modules, in order
 */
public record LoraLayout(List<Block> blocks) {
  /** Copies the list. */
  public LoraLayout {
    blocks = List.copyOf(blocks);
  }

  /**
   * An adapted module.
   *
   * @param module its name in the model
   * @param rank rows of A, columns of B
   * @param in columns of A
   * @param out rows of B
   * @param offset of A in the flat vector; B follows it
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
   * A LoRA matrix.
   *
   * @param name as a parameter of the model in training
   * @param offset in the flat vector
   */
  public record Parameter(String name, int rows, int columns, int offset) {
    /** The name in the adapter's file. */
    public String stored() {
      return LoraCheckpoint.stored(name);
    }
  }

  /** All matrices, in order. */
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
   * The layout of a model's adapter.
   *
   * @param example one of the checkpoints; all of a run adapt the same modules
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
          example.adapter().path() + " adapts no linear layer of the model: give its checkpoints");
    }
    return new LoraLayout(blocks);
  }

  /**
   * The layout of a new adapter.
   *
   * @param rank of every adapted module
   * @param targets the last part of the names of the linear layers that get an adapter, such as
   *     {@code q_proj}
   * @throws UnusableModelException when the model has no linear layer of one of these names
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
   * The layout of an adapter that exists.
   *
   * @throws UnusableModelException when it adapts no linear layer of the model
   */
  public static LoraLayout of(Decoder decoder, LoraCheckpoint adapter) throws IOException {
    return of(decoder.linears(), adapter);
  }

  /**
   * The layers of a model that get an adapter where nothing else is wanted (LESS, section 4): the
   * attention's four of a Llama, all but the head elsewhere.
   *
   * @throws UnusableModelException when its config is missing or of an architecture that is not
   *     known
   */
  public static Set<String> defaultTargets(Path modelFolder) throws IOException {
    return Architecture.of(
            JsonFile.read(
                UnusableModelException.required(
                    modelFolder, "config.json", "give the folder of a model")))
        .adapted();
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

  /** Values of the flat vector. */
  public int size() {
    return blocks.get(blocks.size() - 1).end();
  }

  /** Where the matrices of some blocks in a row end, from the first on, all but the last. */
  static long[] cuts(List<Block> blocks) {
    int begin = blocks.get(0).offset();
    return blocks.stream()
        .flatMapToLong(block -> LongStream.of(block.offsetB() - begin, block.end() - begin))
        .limit(2L * blocks.size() - 1)
        .toArray();
  }
}
