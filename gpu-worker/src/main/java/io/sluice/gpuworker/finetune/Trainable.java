package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.model.decoder.Pack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What is trained: parameters, which lie in one flat vector, and how a model computes with them.
 */
interface Trainable {
  /** The parameters, in the order of the flat vector. */
  List<TrainedParameter> parameters();

  /** Their first values; a copy. */
  float[] initial();

  /**
   * Puts values on the device.
   *
   * @param manager owns what is put there
   * @param values flat; not changed
   */
  Weights at(NDManager manager, float[] values);

  /** The name of the file that holds the values. */
  String file();

  /**
   * Writes what belongs to a checkpoint beside the values: configs and the tokenizer.
   *
   * @param folder exists and is empty
   */
  void writeConfig(Path folder) throws IOException;

  /** Values on a device. Threads may share them. */
  interface Weights {
    /**
     * Begins a pass; call it within an NDScope, with gradients on, and use it for one pass only.
     *
     * @param seed of what is random in the pass
     */
    Graph graph(long seed);
  }

  /** The parameters of one pass. */
  interface Graph {
    /** Logits, shape [1, asked, vocabulary]; {@code scratch} owns what is computed. */
    NDArray logits(NDManager scratch, Pack pack);

    /** The gradient that a backward pass left, flat. */
    NDArray gradient();
  }
}
