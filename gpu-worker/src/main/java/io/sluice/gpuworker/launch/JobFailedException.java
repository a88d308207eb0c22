package io.sluice.gpuworker.launch;

/** A job cannot be done, now or by another trainer of these settings. */
public final class JobFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * A failure.
   *
   * @param message the reason, for people, with what to do
   */
  public JobFailedException(String message) {
    super(message);
  }
}
