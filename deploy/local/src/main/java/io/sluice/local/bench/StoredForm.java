package io.sluice.local.bench;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;

/**
 * A form in which a candidate's gradients may be stored.
 *
 * @param dimension number of values that a gradient is sketched to
 * @param encoding how the values are encoded
 */
public record StoredForm(int dimension, FeatureEncoding encoding) {
  /** Returns the bytes per candidate with this number of checkpoints. */
  public long bytes(int checkpoints) {
    return (long) checkpoints * FeatureCodec.rowBytes(encoding, dimension);
  }
}
