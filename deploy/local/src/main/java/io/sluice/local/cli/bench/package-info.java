/**
 * The command {@code bench} with what it can measure. The measurements themselves are in {@code
 * io.sluice.local.bench}; here are their options and their tables.
 */
package io.sluice.local.cli.bench;
