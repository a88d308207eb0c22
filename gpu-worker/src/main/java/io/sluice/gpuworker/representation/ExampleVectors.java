package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.ModelInput;
import java.io.IOException;
import java.util.List;

/**
 * Computes the vectors of one {@link RepresentationKind} on one device. Implementations are
 * thread-safe. Their arrays belong to the device's engine and are freed when it is closed.
 *
 * @param <E> the input of the model
 */
interface ExampleVectors<E extends ModelInput> {
  /** The number of values of each vector. */
  int dimension();

  /** The weight of each of an example's vectors in the similarity; the weights sum to 1. */
  float[] weights();

  /** The size of the model's vocabulary: token ids are 0 to this number, exclusive. */
  int vocabulary();

  /**
   * Computes the vectors of examples in one pass. They are not scaled to unit length, and differ
   * from those of each example alone by rounding only.
   *
   * @param examples at least one; several only if {@link LoadedModel#passes} lets them share a
   *     pass. All their ids are in the vocabulary; of a decoder's examples, at least one token has
   *     a label
   * @return for each example, shape [number of weights, dimension]
   * @throws ai.djl.engine.EngineException when the engine fails, for example for lack of memory
   */
  List<float[][]> of(List<E> examples, ExampleRole role);

  /**
   * Adds everything that the vectors depend on and that {@link LoadedModel#describe} has not added.
   */
  void describe(Fingerprint fingerprint) throws IOException;

  /**
   * Checks that the loaded weights give meaningful vectors, see {@link SelfTest}.
   *
   * @param example any short example
   * @throws io.sluice.gpuworker.model.file.UnusableModelException when a check fails; the message
   *     names the check
   */
  void selfTest(E example) throws IOException;
}
