package io.sluice.gpuworker.service;

/**
 * A failure that ends a service. Work that was not published is not committed either, so a service
 * that is started again repeats it.
 */
public final class ServiceFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what went wrong and what to do, for people
   */
  public ServiceFailure(String message) {
    super(message);
  }

  /**
   * @param message what went wrong and what to do, for people
   * @param cause the exception that it results from
   */
  public ServiceFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
