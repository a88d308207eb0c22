package io.sluice.local.quickstart;

import io.sluice.gpuworker.finetune.ExampleLosses;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The mean of several seeds' losses, example by example. */
final class SeedMean {
  private final List<ExampleLosses> seeds = new ArrayList<>();

  /** Takes in the losses of a seed, of the same examples as those before. */
  void add(ExampleLosses losses) {
    seeds.add(losses);
  }

  /** The mean of all taken in, at least one. */
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
