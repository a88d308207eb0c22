package io.sluice.streams.select;

/** What a selection holds cannot be read just now, but soon. */
public final class SelectionUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says why, for people. */
  public SelectionUnavailable(String reason) {
    super(reason);
  }
}
