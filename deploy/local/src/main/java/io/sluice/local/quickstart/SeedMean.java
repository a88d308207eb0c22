package io.sluice.local.quickstart;

import io.sluice.gpuworker.finetune.ExampleLosses;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Averages the losses of several seeds, example by example. */
final class SeedMean {
  private final List<ExampleLosses> seeds = new ArrayList<>();

  /** Adds the losses of a seed; the examples must be the same for all seeds. */
  void add(ExampleLosses losses) {
    seeds.add(losses);
  }

  /**
   * Returns the mean loss of each example over the seeds; at least one seed must have been added.
   */
  ExampleLosses mean() {
    return new ExampleLosses(
        IntStream.range(0, seeds.get(0).each().size())
            .mapToObj(
                example ->
                    seeds.stream()
                        .mapToDouble(losses -> losses.each().get(example))
                        .average()
                        .orElseThrow())
            .toList());
  }
}
