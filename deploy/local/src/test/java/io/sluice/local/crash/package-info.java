/**
 * The guarantees of the selection under crashes: real processes, killed at random moments.
 *
 * <p>{@link io.sluice.local.crash.Deployment} runs the processes, {@link
 * io.sluice.local.crash.Fault} says what happens to them, {@link io.sluice.local.crash.Script} what
 * they work on meanwhile, and each {@link io.sluice.local.crash.Guarantee} what must hold in the
 * end.
 */
package io.sluice.local.crash;
