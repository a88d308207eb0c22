package io.sluice.gpuworker.gradient;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What became of an example's text. */
public sealed interface Encoded {
  /** The label of a token that is not learnt. */
  long UNLEARNT = -100;

  /**
   * An example as tokens.
   *
   * @param ids token ids
   * @param labels as long as the ids: the id where the token is learnt, else {@link #UNLEARNT}
   */
  record Example(long[] ids, long[] labels) implements Encoded {
    /** Positions whose next token is learnt, ascending. */
    public long[] asked() {
      return IntStream.range(0, labels.length - 1)
          .filter(i -> labels[i + 1] != UNLEARNT)
          .asLongStream()
          .toArray();
    }

    /** The tokens that follow the asked positions: those that are learnt. */
    public long[] next() {
      return LongStream.of(asked()).map(position -> ids[(int) position + 1]).toArray();
    }
  }

  /**
   * There is nothing that can be learnt.
   *
   * @param reason why, for people
   */
  record Refused(String reason) implements Encoded {}
}
