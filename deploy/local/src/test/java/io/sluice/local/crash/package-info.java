/**
 * Tests of the selection's guarantees when real processes are killed at random moments.
 *
 * <p>{@link io.sluice.local.crash.Deployment} runs the processes, {@link
 * io.sluice.local.crash.Fault} describes which of them are killed and when, {@link
 * io.sluice.local.crash.Script} generates the records that they process meanwhile, and each {@link
 * io.sluice.local.crash.Guarantee} checks what must hold in the end. {@link
 * io.sluice.local.crash.Oracle} does so for every deployment that is {@link
 * io.sluice.local.crash.Running}.
 */
package io.sluice.local.crash;
