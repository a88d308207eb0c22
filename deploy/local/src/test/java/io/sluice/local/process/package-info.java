/**
 * Programs of this build as processes of their own, for tests that kill, interrupt or restart them.
 * Knows nothing of what the programs do.
 */
package io.sluice.local.process;
