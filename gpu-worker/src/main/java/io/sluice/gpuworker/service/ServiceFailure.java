package io.sluice.gpuworker.service;

/**
 * Why a service stopped by itself. What it had not published is not committed: one started again
 * does it again.
 */
public final class ServiceFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure of the service's own finding.
   *
   * @param message what went wrong and what to do, for people
   */
  public ServiceFailure(String message) {
    super(message);
  }

  /**
   * A failure that comes from another.
   *
   * @param message what went wrong and what to do, for people
   * @param cause what it comes from
   */
  public ServiceFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
