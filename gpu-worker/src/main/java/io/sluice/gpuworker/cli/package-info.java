/** The worker's command line. */
package io.sluice.gpuworker.cli;
