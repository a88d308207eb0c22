package io.sluice.local.stack;

/**
 * Thrown when a part of the local stack cannot start or is not in the expected state. The message
 * is shown to people and says what to do.
 */
public final class StackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what is wrong and what to do, in words for people
   */
  public StackException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what is wrong and what to do, in words for people
   * @param cause the underlying failure
   */
  public StackException(String message, Throwable cause) {
    super(message, cause);
  }
}
