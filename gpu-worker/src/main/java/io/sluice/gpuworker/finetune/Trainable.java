package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.model.decoder.Pack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The parameters that are trained, and how the model computes with them. The values of all
 * parameters are kept in one flat vector.
 */
interface Trainable {
  /** The parameters, in the order of the flat vector. */
  List<TrainedParameter> parameters();

  /** The initial values of the parameters, flat; a new array. */
  float[] initial();

  /** The factor for the output of an adapter; empty if all weights are trained. */
  OptionalDouble scaling();

  /**
   * Copies values to the device.
   *
   * @param manager owns the arrays on the device
   * @param values the values of all parameters, flat; not changed
   */
  Weights onDevice(NDManager manager, float[] values);

  /** The name of the file in a checkpoint that holds the values. */
  String file();

  /**
   * Writes the files of a checkpoint other than the values: the configuration and the tokenizer.
   *
   * @param folder an existing, empty folder
   */
  void writeConfig(Path folder) throws IOException;

  /** Values of all parameters on a device. Thread-safe. */
  interface Weights {
    /**
     * Starts a pass. Must be called within an {@code NDScope} and with gradients turned on.
     *
     * @param seed seed of the dropout in the pass
     * @return valid for one pass on the calling thread
     */
    Graph graph(long seed);
  }

  /** The parameters as part of the autograd graph of one pass. */
  interface Graph {
    /**
     * Computes the logits at the positions that a pack asks for.
     *
     * @param scratch owns the arrays that are created, including the result
     * @return shape [1, number of positions, vocabulary]
     */
    NDArray logits(NDManager scratch, Pack pack);

    /** The gradient with respect to all parameters, flat; available after the backward pass. */
    NDArray gradient();
  }
}
