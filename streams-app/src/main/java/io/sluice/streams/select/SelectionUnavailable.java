package io.sluice.streams.select;

/** Thrown when the state of tasks cannot be read now, but a later attempt should succeed. */
public final class SelectionUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param reason shown to users of the HTTP API
   */
  public SelectionUnavailable(String reason) {
    super(reason);
  }
}
