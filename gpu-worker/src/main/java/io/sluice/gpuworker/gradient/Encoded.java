package io.sluice.gpuworker.gradient;

import io.sluice.schemas.hash.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
   * @param uncut how many tokens the whole example has, those beyond the length limit included
   */
  record Example(long[] ids, long[] labels, int uncut) implements Encoded, ModelInput {
    private static final int HASH_BYTES = 16;

    /** An example that was not cut. */
    public Example(long[] ids, long[] labels) {
      this(ids, labels, ids.length);
    }

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
    public int learnt() {
      return asked().length;
    }

    /**
     * A hash of the tokens and of what is learnt of them: the first 16 bytes of the SHA-256 of each
     * id, as 8 bytes, big-endian, followed by 1 if the prediction of the token counts in the loss
     * and by 0 otherwise. Examples that tokenize alike have equal hashes, and equal vectors.
     */
    @Override
    public byte[] hash() {
      ByteBuffer tokens = ByteBuffer.allocate(ids.length * (Long.BYTES + 1));
      for (int i = 0; i < ids.length; i++) {
        tokens.putLong(ids[i]).put((byte) (i > 0 && labels[i] != UNLEARNT ? 1 : 0));
      }
      return Arrays.copyOf(new Sha256().add(tokens.array()).bytes(), HASH_BYTES);
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
