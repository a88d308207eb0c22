package io.sluice.gpuworker.launch;

/** A job fails, and would fail again on another trainer with the same settings. */
public final class JobFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the reason, for people, with what to do
   */
  public JobFailedException(String message) {
    super(message);
  }
}
