package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;

/** Supplies replacements for a decoder's weights, such as weights that are being trained. */
@FunctionalInterface
public interface WeightMap {
  /**
   * Returns the replacement of a weight; may return the weight itself.
   *
   * @param name the name of the weight in the files of a Hugging Face model folder
   * @param weight the decoder's current weight
   * @return an array of the same shape
   */
  NDArray of(String name, NDArray weight);
}
