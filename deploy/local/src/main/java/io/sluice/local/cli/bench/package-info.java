/**
 * The command {@code bench} and its subcommands. The measurements are in {@code
 * io.sluice.local.bench}; this package contains their options and prints their results.
 */
package io.sluice.local.cli.bench;
