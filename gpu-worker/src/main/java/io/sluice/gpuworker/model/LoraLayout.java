package io.sluice.gpuworker.model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
      return offsetB() + out * rank;
    }
  }

  /**
   * A LoRA matrix.
   *
   * @param name as a parameter of the model in training
   * @param offset in the flat vector
   */
  public record Parameter(String name, int rows, int columns, int offset) {}

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
    List<Block> blocks = new ArrayList<>();
    int offset = 0;
    for (Linear linear : linears) {
      if (example.adapts(linear.module())) {
        Block block = new Block(linear.module(), example.rank(), linear.in(), linear.out(), offset);
        blocks.add(block);
        offset = block.end();
      }
    }
    if (blocks.isEmpty()) {
      throw new UnusableModelException(
          example.adapter().path() + " adapts no linear layer of the model: give its checkpoints");
    }
    return new LoraLayout(blocks);
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
