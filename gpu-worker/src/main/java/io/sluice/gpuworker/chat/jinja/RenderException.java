package io.sluice.gpuworker.chat.jinja;

/**
 * Thrown when a template cannot be rendered with the values given: the template raised an error
 * itself, Python would raise one, or a limit was exceeded.
 */
public final class RenderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean raisedByTemplate;
  private final int line;

  private RenderException(boolean raisedByTemplate, int line, String message) {
    super(message);
    this.raisedByTemplate = raisedByTemplate;
    this.line = line;
  }

  /** An error of the template's own, by {@code raise_exception}, with its message unchanged. */
  static RenderException raised(String message) {
    return new RenderException(true, 0, message);
  }

  /** An operation that fails in Python too, or that this engine does not support. */
  static RenderException failed(String message) {
    return new RenderException(false, 0, message);
  }

  /** The same error with the line of the statement, unless it already has the one of an inner. */
  RenderException at(int statementLine) {
    if (line > 0) {
      return this;
    }
    RenderException located = new RenderException(raisedByTemplate, statementLine, getMessage());
    located.setStackTrace(getStackTrace());
    return located;
  }

  /** Whether the template called {@code raise_exception}; the message is then the template's. */
  public boolean raisedByTemplate() {
    return raisedByTemplate;
  }

  /** The line of the statement in the template, from 1. */
  public int line() {
    return line;
  }
}
