package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.config.RopeConfig;
import io.sluice.gpuworker.model.config.RopeScaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tables for the rotary position embedding (Su et al. 2021). Values are paired as in Hugging Face
 * transformers: value i of the rotated values of a head is rotated together with value {@code i +
 * width / 2}, by the angle {@code position * frequency(i)}. The values behind them stay as they
 * are.
 *
 * @param cosine shape [positions, width]; a second part with as many rows for longer texts may
 *     follow, in which the frequencies are others. Tables that differ between the rows of a batch
 *     have an axis before these.
 * @param sine same shape; negated in the first half of a row, because there the other value of the
 *     pair is subtracted
 * @param longest the longest text, in tokens, for which the first part holds
 */
record Rope(NDArray cosine, NDArray sine, int longest) {
  /** Creates the tables for positions 0 to {@code positions - 1}. */
  static Rope tables(NDManager manager, int positions, RopeConfig config) {
    RopeScaling scaling = config.scaling();
    List<double[]> parts = new ArrayList<>();
    parts.add(scaling.frequencies(config.width(), config.theta()));
    if (positions > scaling.longest()) {
      scaling.frequenciesBeyond(config.width(), config.theta()).ifPresent(parts::add);
    }
    int half = parts.get(0).length;
    int width = 2 * half;
    float[] cosine = new float[parts.size() * positions * width];
    float[] sine = new float[cosine.length];
    for (int i = 0; i < half; i++) {
      for (int row = 0; row < parts.size() * positions; row++) {
        float angle = (row % positions) * (float) parts.get(row / positions)[i];
        int first = row * width + i;
        cosine[first] = (float) (Math.cos(angle) * scaling.magnitude());
        cosine[first + half] = cosine[first];
        sine[first] = (float) (-Math.sin(angle) * scaling.magnitude());
        sine[first + half] = -sine[first];
      }
    }
    Shape shape = new Shape((long) parts.size() * positions, width);
    return new Rope(manager.create(cosine, shape), manager.create(sine, shape), scaling.longest());
  }

  /** Selects the rows of all positions of a pack. */
  Rope at(NDManager manager, Pack pack) {
    long second = cosine.getShape().get(0) / 2;
    if (pack.isSingle()) {
      long begin = pack.ids().length > longest ? second : 0;
      return at(new NDIndex(begin + ":" + (begin + pack.ids().length)));
    }
    long[] rows = new long[pack.ids().length];
    int next = 0;
    for (int length : pack.lengths()) {
      for (int position = 0; position < length; position++) {
        rows[next++] = length > longest ? second + position : position;
      }
    }
    return at(new NDIndex("{}", manager.create(rows)));
  }

  /**
   * Selects the rows of all positions of a batch.
   *
   * @return tables of shape [length, width]; [lanes, length, width] if the examples need different
   *     parts of the tables
   */
  Rope at(NDManager manager, Batch batch) {
    long second = cosine.getShape().get(0) / 2;
    int length = batch.length();
    long beyond = batch.ids().stream().filter(ids -> ids.length > longest).count();
    if (beyond == 0 || beyond == batch.examples()) {
      long begin = beyond == 0 ? 0 : second;
      return at(new NDIndex(begin + ":" + (begin + length)));
    }
    long[] rows = new long[batch.lanes() * length];
    for (int i = 0; i < rows.length; i++) {
      boolean far = batch.ids().get(i / length % batch.examples()).length > longest;
      rows[i] = (far ? second : 0) + i % length;
    }
    return at(new NDIndex("{}", manager.create(rows)))
        .reshaped(new Shape(batch.lanes(), length, cosine.getShape().get(1)));
  }

  /**
   * Selects the positions that are asked for from all positions of a batch.
   *
   * @param rows their indices among the positions of all lanes, one lane after another
   * @param asked their positions, shape [lanes, asked]
   * @return tables of shape [lanes, asked, width]
   */
  Rope at(Batch batch, NDIndex rows, NDArray asked) {
    long width = cosine.getShape().get(cosine.getShape().dimension() - 1);
    Shape shape = asked.getShape().add(width);
    boolean shared = cosine.getShape().dimension() == 2;
    return shared
        ? at(new NDIndex("{}", asked.reshape(-1))).reshaped(shape)
        : reshaped(new Shape((long) batch.lanes() * batch.length(), width))
            .at(rows)
            .reshaped(shape);
  }

  private Rope reshaped(Shape shape) {
    return new Rope(cosine.reshape(shape), sine.reshape(shape), longest);
  }

  /** Selects rows. */
  Rope at(NDIndex rows) {
    return new Rope(cosine.get(rows), sine.get(rows), longest);
  }

  /**
   * Rotates heads by the angles of their positions.
   *
   * @param heads shape [batch, ..., positions, head size]
   * @return same shape
   */
  NDArray rotate(NDArray heads) {
    int last = heads.getShape().dimension() - 1;
    if (cosine.getShape().dimension() > 2) {
      return alongHeads(heads.getShape()).rotateAsTheyAre(heads, last);
    }
    return rotateAsTheyAre(heads, last);
  }

  /** Tables that differ between the rows of a batch, with axes of length 1 for those of heads. */
  private Rope alongHeads(Shape heads) {
    long[] shape = new long[heads.dimension()];
    Arrays.fill(shape, 1);
    shape[0] = cosine.getShape().get(0);
    shape[shape.length - 2] = cosine.getShape().get(1);
    shape[shape.length - 1] = cosine.getShape().get(2);
    return reshaped(new Shape(shape));
  }

  private NDArray rotateAsTheyAre(NDArray heads, int last) {
    long width = cosine.getShape().get(cosine.getShape().dimension() - 1);
    if (heads.getShape().get(last) == width) {
      return rotateAll(heads, last);
    }
    NDList parts = heads.split(new long[] {width}, last);
    return rotateAll(parts.get(0), last).concat(parts.get(1), last);
  }

  private NDArray rotateAll(NDArray values, int last) {
    NDList halves = values.split(2, last);
    NDArray swapped = halves.get(1).concat(halves.get(0), last);
    return values.mul(cosine).add(swapped.mul(sine));
  }
}
