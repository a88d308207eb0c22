package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.ModelInput;
import io.sluice.gpuworker.representation.memory.PassSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Divides examples into passes through the model. Examples of similar length share one, so that
 * little of it is padding.
 *
 * @param tokens limit on the tokens, padding included, of the passes that examples share and that a
 *     device computes at the same time
 * @param allowed whether examples may share a pass of this size
 */
record Passes(int tokens, Predicate<PassSize> allowed) {
  /** The shortest example of a pass has at least two thirds of the tokens of the longest. */
  private static final int LONGEST = 3;

  private static final int SHORTEST = 2;

  /**
   * Divides examples.
   *
   * @param onDevice the number of passes that a device computes at the same time, within the limit
   * @param atOnce the number of passes that all devices compute at the same time; all of them get
   *     work if there are enough examples
   * @return the indexes of the examples of each pass, longest examples first
   */
  List<List<Integer>> divide(List<? extends ModelInput> examples, int onDevice, int atOnce) {
    long all = examples.stream().mapToLong(Passes::length).sum();
    long limit = Math.min(tokens / onDevice, (all + atOnce - 1) / atOnce);
    List<List<Integer>> passes = new ArrayList<>();
    List<Integer> order =
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(Comparator.comparing(i -> -length(examples.get(i))))
            .toList();
    List<ModelInput> pass = new ArrayList<>();
    for (int i : order) {
      pass.add(examples.get(i));
      if (passes.isEmpty() || pass.size() == 1 || !share(pass, limit)) {
        pass.subList(0, pass.size() - 1).clear();
        passes.add(new ArrayList<>());
      }
      passes.get(passes.size() - 1).add(i);
    }
    return passes;
  }

  /** The same way of division with a lower limit. */
  Passes within(int fewer) {
    return new Passes(Math.min(tokens, fewer), allowed);
  }

  private boolean share(List<ModelInput> pass, long limit) {
    PassSize size = size(pass);
    int shortest = length(pass.get(pass.size() - 1));
    return size.tokens() <= limit
        && LONGEST * shortest >= SHORTEST * size.length()
        && allowed.test(size);
  }

  /** The size of a pass that examples share. */
  static PassSize size(List<? extends ModelInput> pass) {
    return new PassSize(
        pass.size(),
        pass.stream().mapToInt(Passes::length).max().orElseThrow(),
        pass.stream().mapToInt(ModelInput::learnt).max().orElseThrow());
  }

  private static int length(ModelInput example) {
    return example.ids().length;
  }
}
