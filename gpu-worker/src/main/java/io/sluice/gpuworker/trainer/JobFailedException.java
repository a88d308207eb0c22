package io.sluice.gpuworker.trainer;

/** A job cannot be done, now or by another trainer of these settings. */
final class JobFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * A failure.
   *
   * @param message the reason, for people, with what to do
   */
  JobFailedException(String message) {
    super(message);
  }
}
