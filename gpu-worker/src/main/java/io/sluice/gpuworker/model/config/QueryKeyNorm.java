package io.sluice.gpuworker.model.config;

/** What of queries and of keys is normalised before they turn with their positions. */
public enum QueryKeyNorm {
  /** Nothing. */
  NONE,
  /** Each head by itself; all heads share their gains. */
  EACH_HEAD,
  /** All heads together, each value with a gain of its own. */
  ALL_HEADS
}
