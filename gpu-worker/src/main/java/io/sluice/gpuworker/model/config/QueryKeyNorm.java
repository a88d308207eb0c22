package io.sluice.gpuworker.model.config;

/** How queries and keys are normalised before the rotary position embedding is applied. */
public enum QueryKeyNorm {
  /** They are not normalised. */
  NONE,
  /** Each head is normalised separately; all heads share the same gains. */
  EACH_HEAD,
  /** All heads are normalised together, and each value has its own gain. */
  ALL_HEADS
}
