package io.sluice.streams.nominate;

/**
 * A candidate that takes the place of a withdrawn one, and is yet to be nominated.
 *
 * @param candidateId the candidate
 * @param offset of its representation in the partition when it was selected; its score row has a
 *     higher one if the representation has been repeated since
 */
record Successor(String candidateId, long offset) implements Comparable<Successor> {
  /** By offset, the order in which the partition is read fastest. */
  @Override
  public int compareTo(Successor other) {
    return Long.compare(offset, other.offset);
  }
}
