package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Encoded;
import java.io.IOException;

/** What one {@link RepresentationKind} computes with. Thread-safe. */
interface ExampleVectors {
  /** Values a vector. */
  int dimension();

  /** The weight of each vector in the similarity, one a vector, sum 1. */
  float[] weights();

  /** Token ids that the model knows: 0 to this number, exclusive. */
  int vocabulary();

  /**
   * The vectors that stand for an example, of any length.
   *
   * @param example ids within the vocabulary, at least one learnt token
   * @return shape [weights, dimension]
   */
  float[][] of(Encoded.Example example, ExampleRole role);

  /** Adds all that shapes the vectors, beyond the base model and the limit of length. */
  void describe(Fingerprint fingerprint) throws IOException;

  /**
   * Makes sure that the vectors are what they should be.
   *
   * @param example any
   * @throws io.sluice.gpuworker.model.file.UnusableModelException when they are not; names the
   *     check
   */
  void selfTest(Encoded.Example example) throws IOException;
}
