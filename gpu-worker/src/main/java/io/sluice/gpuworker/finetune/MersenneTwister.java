package io.sluice.gpuworker.finetune;

/**
 * The random number generator that PyTorch uses on the CPU (MT19937; Matsumoto and Nishimura 1998).
 * With it, a seed gives the same order of examples and the same initial values of an adapter as in
 * the Hugging Face Trainer with PEFT. Not thread-safe.
 */
public final class MersenneTwister {
  private static final int STATE = 624;
  private static final int MIDDLE = 397;
  private static final int FLOAT_BITS = 24;

  private final int[] state = new int[STATE];
  private int used = STATE;

  /**
   * Creates a generator.
   *
   * @param seed only its lower 32 bits are used
   */
  public MersenneTwister(long seed) {
    state[0] = (int) seed;
    for (int i = 1; i < STATE; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** The next 32 random bits. */
  int next() {
    if (used == STATE) {
      renew();
    }
    int y = state[used++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  private void renew() {
    for (int i = 0; i < STATE; i++) {
      int y = (state[i] & 0x80000000) | (state[(i + 1) % STATE] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % STATE] ^ (y >>> 1) ^ ((y & 1) * 0x9908b0df);
    }
    used = 0;
  }

  /** The next number from 0 to 1, exclusive; a multiple of 2^-24. */
  float uniform() {
    return (next() & ((1 << FLOAT_BITS) - 1)) * 0x1p-24f;
  }

  /** Draws {@code count} numbers of 32 bits and discards them. */
  void skip(int count) {
    for (int i = 0; i < count; i++) {
      next();
    }
  }

  /**
   * The numbers from 0 to {@code size} - 1 in random order, the same as {@code torch.randperm}
   * gives.
   */
  public int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int i = 0; i < size - 1; i++) {
      int other = i + Integer.remainderUnsigned(next(), size - i);
      int held = order[i];
      order[i] = order[other];
      order[other] = held;
    }
    return order;
  }
}
