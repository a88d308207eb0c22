package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.config.RopeConfig;

/**
 * Tables for the rotary position embedding (Su et al. 2021). Values are paired as in Hugging Face
 * transformers: value i of a head is rotated together with value {@code i + size / 2}, by the angle
 * {@code position * frequency(i)}.
 *
 * @param cosine shape [positions, head size]
 * @param sine same shape; negated in the first half of a head, because there the other value of the
 *     pair is subtracted
 */
record Rope(NDArray cosine, NDArray sine) {
  /** Creates the tables for positions 0 to {@code positions - 1}. */
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

  /** Selects the rows of some positions. */
  Rope at(NDIndex positions) {
    return new Rope(cosine.get(positions), sine.get(positions));
  }

  /**
   * Rotates heads by the angles of their positions.
   *
   * @param heads shape [..., positions, head size]
   * @return same shape
   */
  NDArray rotate(NDArray heads) {
    int last = heads.getShape().dimension() - 1;
    NDList halves = heads.split(2, last);
    NDArray swapped = halves.get(1).concat(halves.get(0), last);
    return heads.mul(cosine).add(swapped.mul(sine));
  }
}
