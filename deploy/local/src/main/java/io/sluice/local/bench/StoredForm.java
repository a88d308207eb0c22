package io.sluice.local.bench;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;

/**
 * How a candidate's gradients may be stored.
 *
 * @param dimension values of a sketch
 * @param encoding of each value
 */
public record StoredForm(int dimension, FeatureEncoding encoding) {
  /** Bytes of a candidate. */
  public long bytes(int checkpoints) {
    return (long) checkpoints * FeatureCodec.rowBytes(encoding, dimension);
  }
}
