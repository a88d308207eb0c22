/**
 * Measurements behind the {@code bench} commands: how fast scoring, selection and the whole stream
 * are, and how well stored forms of gradients preserve the selection. The package may use every
 * module; it does not know the command line, which prints its results.
 */
package io.sluice.local.bench;
