package io.sluice.streams.select;

/**
 * How a candidate is in a job's dataset.
 *
 * @param selected whether in the selected part, and not in the random one only
 * @param retracted whether it was retracted, or its content replaced, since the job fired
 */
record Membership(boolean selected, boolean retracted) {
  private static final int RANDOM_ONLY = 1;
  private static final int RETRACTED = 2;

  /** The same membership, of a candidate that was retracted. */
  Membership asRetracted() {
    return new Membership(selected, true);
  }

  byte[] bytes() {
    return new byte[] {(byte) ((selected ? 0 : RANDOM_ONLY) | (retracted ? RETRACTED : 0))};
  }

  static Membership of(byte[] bytes) {
    return new Membership((bytes[0] & RANDOM_ONLY) == 0, (bytes[0] & RETRACTED) != 0);
  }
}
