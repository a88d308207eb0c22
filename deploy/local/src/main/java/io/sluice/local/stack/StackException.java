package io.sluice.local.stack;

/**
 * A part of the local stack cannot start or is not as it should be; the message says what to do.
 */
public final class StackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message for people. */
  public StackException(String message) {
    super(message);
  }

  /** A failure with a message for people and what brought it about. */
  public StackException(String message, Throwable cause) {
    super(message, cause);
  }
}
