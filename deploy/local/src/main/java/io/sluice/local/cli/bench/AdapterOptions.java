package io.sluice.local.cli.bench;

import picocli.CommandLine.Option;

/** The options for the random adapters of a model that is created. */
final class AdapterOptions {
  @Option(
      names = "--rank",
      defaultValue = "128",
      paramLabel = "N",
      description = "Rank of its adapters (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(
      names = "--checkpoints",
      defaultValue = "1",
      paramLabel = "N",
      description = "Number of its checkpoints (default: ${DEFAULT-VALUE}).")
  private int checkpoints;

  /** Created by picocli, which then sets the fields. */
  AdapterOptions() {}

  /** The rank of each adapter. */
  int rank() {
    return rank;
  }

  /** The number of checkpoints, each with an adapter of its own. */
  int checkpoints() {
    return checkpoints;
  }
}
