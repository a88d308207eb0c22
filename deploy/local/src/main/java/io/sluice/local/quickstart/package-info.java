/**
 * The quickstart: runs broker, registry, worker and streams-app in one program, sends a file of
 * candidates through them, and writes the selected subsets to disk. {@link
 * io.sluice.local.quickstart.Quickstart} drives it, {@link io.sluice.local.quickstart.Comparison}
 * measures what the subsets are worth. It observes the services through their topics and knows
 * nothing of the command line.
 */
package io.sluice.local.quickstart;
