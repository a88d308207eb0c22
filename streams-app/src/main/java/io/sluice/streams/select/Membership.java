package io.sluice.streams.select;

/**
 * The parts of a job's dataset that a candidate is in, and whether it has been retracted.
 *
 * @param selected whether the candidate is in the selected part; otherwise it is only in parts of
 *     other arms
 * @param retracted whether the candidate was retracted, or its content replaced, since the job
 *     fired
 */
record Membership(boolean selected, boolean retracted) {
  private static final int OTHERS_ONLY = 1;
  private static final int RETRACTED = 2;

  /** The same membership after the candidate was retracted. */
  Membership asRetracted() {
    return new Membership(selected, true);
  }

  byte[] bytes() {
    return new byte[] {(byte) ((selected ? 0 : OTHERS_ONLY) | (retracted ? RETRACTED : 0))};
  }

  static Membership of(byte[] bytes) {
    return new Membership((bytes[0] & OTHERS_ONLY) == 0, (bytes[0] & RETRACTED) != 0);
  }
}
