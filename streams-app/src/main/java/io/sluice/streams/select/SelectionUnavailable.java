package io.sluice.streams.select;

/** What a selection holds cannot be read just now, but soon. */
public final class SelectionUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Takes the reason, which the HTTP API shows to its users. */
  public SelectionUnavailable(String reason) {
    super(reason);
  }
}
