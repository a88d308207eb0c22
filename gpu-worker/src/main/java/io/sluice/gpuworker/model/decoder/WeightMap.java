package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;

/** Takes the place of a decoder's weights. */
@FunctionalInterface
public interface WeightMap {
  /**
   * What stands for a weight.
   *
   * @param name of the weight in the files of a Hugging Face folder
   * @param weight the weight that the decoder has
   * @return same shape
   */
  NDArray of(String name, NDArray weight);
}
