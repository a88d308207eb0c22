package io.sluice.gpuworker.launch;

/** Why a run has to stop before it is done. */
public enum StopReason {
  /** The job is no longer wanted: what runs for it elsewhere has to end as well. */
  CANCELLED,
  /** Another trainer takes over: everything that it can resume is kept. */
  HANDED_ON
}
