package io.sluice.gpuworker.gradient;

import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The result of encoding an example: its tokens, or the reason why nothing can be learnt from it.
 */
public sealed interface Encoded {
  /** The label of a token that is not learnt, that is, does not count in the loss. */
  long UNLEARNT = -100;

  /** Calls the function for this kind of result, and returns what it returns. */
  <T> T match(Function<Example, T> example, Function<Refused, T> refused);

  /**
   * An example as tokens and labels.
   *
   * @param ids the token ids
   * @param labels one per id: the id itself if the token is learnt, otherwise {@link #UNLEARNT}
   */
  record Example(long[] ids, long[] labels) implements Encoded {
    /** The positions whose next token is learnt, ascending. */
    public long[] asked() {
      return IntStream.range(0, labels.length - 1)
          .filter(i -> labels[i + 1] != UNLEARNT)
          .asLongStream()
          .toArray();
    }

    /** The ids that follow the positions in {@link #asked}: those that the model should predict. */
    public long[] targets() {
      return LongStream.of(asked()).map(position -> ids[(int) position + 1]).toArray();
    }

    @Override
    public <T> T match(Function<Example, T> example, Function<Refused, T> refused) {
      return example.apply(this);
    }
  }

  /**
   * Nothing can be learnt from the example.
   *
   * @param reason the reason, and what to do about it where possible
   */
  record Refused(String reason) implements Encoded, Inspection {
    @Override
    public <T> T match(Function<Example, T> example, Function<Refused, T> refused) {
      return refused.apply(this);
    }

    @Override
    public Encoded encoded() {
      return this;
    }
  }
}
