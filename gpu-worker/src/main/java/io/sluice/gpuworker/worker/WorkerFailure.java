package io.sluice.gpuworker.worker;

/**
 * Why a worker stopped by itself. What it had not published is not committed: a worker started
 * again does it again.
 */
public final class WorkerFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure of the worker's own finding.
   *
   * @param message what went wrong and what to do, for people
   */
  public WorkerFailure(String message) {
    super(message);
  }

  /**
   * A failure that comes from another.
   *
   * @param message what went wrong and what to do, for people
   * @param cause what it comes from
   */
  public WorkerFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
