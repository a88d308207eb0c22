package io.sluice.gpuworker.launch;

/** Why a run is to stop before it is done. */
public enum Stop {
  /** Nobody wants the job any more: what runs for it elsewhere is to end too. */
  CANCELLED,
  /** Another trainer goes on with it: what it can use is kept. */
  HANDED_ON
}
