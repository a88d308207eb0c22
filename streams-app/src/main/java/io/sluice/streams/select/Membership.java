package io.sluice.streams.select;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The parts of a job's dataset that a candidate is in, and whether it has been retracted.
 *
 * @param selected whether the candidate is in the selected part; otherwise it is only in parts of
 *     other arms
 * @param retracted whether the candidate was retracted, or its content replaced, since the job
 *     fired
 * @param others the representations of the parts that have the candidate, if none of these parts
 *     was selected by the job's own representation; otherwise empty
 */
record Membership(boolean selected, boolean retracted, SortedSet<String> others) {
  private static final int OTHERS_ONLY = 1;
  private static final int RETRACTED = 2;

  /** Representation ids never contain a line feed. */
  private static final String SEPARATOR = "\n";

  /** A candidate in a part that was selected by the job's own representation. */
  Membership(boolean selected, boolean retracted) {
    this(selected, retracted, new TreeSet<>());
  }

  /** The same membership after the candidate was retracted. */
  Membership asRetracted() {
    return new Membership(selected, true, others);
  }

  /** Writes a byte with one bit for each fact, and the other representations, if any, in UTF-8. */
  byte[] bytes() {
    byte[] names = String.join(SEPARATOR, others).getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[1 + names.length];
    all[0] = (byte) ((selected ? 0 : OTHERS_ONLY) | (retracted ? RETRACTED : 0));
    System.arraycopy(names, 0, all, 1, names.length);
    return all;
  }

  static Membership of(byte[] bytes) {
    return new Membership(
        (bytes[0] & OTHERS_ONLY) == 0,
        (bytes[0] & RETRACTED) != 0,
        Arrays.stream(
                new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8).split(SEPARATOR))
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
