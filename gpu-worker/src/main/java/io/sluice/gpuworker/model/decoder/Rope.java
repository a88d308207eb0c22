package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.config.RopeConfig;

/**
 * Rotary position embedding (Su et al. 2021), halves paired as Hugging Face does: value i of a head
 * turns with value i + size/2 by the angle {@code position * frequency(i)}.
 *
 * @param cosine shape [positions, head size]
 * @param sine same shape, negative in the first half, which is where the pair's other half enters
 *     with a minus
 */
record Rope(NDArray cosine, NDArray sine) {
  /** Tables for the positions 0 to {@code positions} - 1. */
  static Rope tables(NDManager manager, int positions, int headSize, RopeConfig config) {
    double[] frequencies = config.scaling().frequencies(headSize, config.theta());
    double magnitude = config.scaling().magnitude();
    int half = headSize / 2;
    float[] cosine = new float[positions * headSize];
    float[] sine = new float[positions * headSize];
    for (int i = 0; i < half; i++) {
      float frequency = (float) frequencies[i];
      for (int p = 0; p < positions; p++) {
        float angle = p * frequency;
        int first = p * headSize + i;
        cosine[first] = (float) (Math.cos(angle) * magnitude);
        cosine[first + half] = cosine[first];
        sine[first] = (float) (-Math.sin(angle) * magnitude);
        sine[first + half] = -sine[first];
      }
    }
    Shape shape = new Shape(positions, headSize);
    return new Rope(manager.create(cosine, shape), manager.create(sine, shape));
  }

  /** The rows of these tables that an index picks. */
  Rope at(NDIndex positions) {
    return new Rope(cosine.get(positions), sine.get(positions));
  }

  /**
   * Turns heads by their positions.
   *
   * @param heads shape [..., positions, head size]
   */
  NDArray turn(NDArray heads) {
    int last = heads.getShape().dimension() - 1;
    NDList halves = heads.split(2, last);
    NDArray swapped = halves.get(1).concat(halves.get(0), last);
    return heads.mul(cosine).add(swapped.mul(sine));
  }
}
