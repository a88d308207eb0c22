/**
 * Encodings of feature vectors as bytes: {@link io.sluice.schemas.encoding.FeatureCodec}. Workers
 * encode, shards decode. The package knows the Avro enum of encodings and nothing else of Sluice.
 */
package io.sluice.schemas.encoding;
