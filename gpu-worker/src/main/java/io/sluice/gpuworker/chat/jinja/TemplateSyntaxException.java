package io.sluice.gpuworker.chat.jinja;

/**
 * Thrown when a template is loaded that is not valid, or that uses a construct which this engine
 * does not render exactly as the reference does.
 */
public final class TemplateSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;

  /**
   * Creates an exception.
   *
   * @param line the line of the template, from 1
   * @param message what is wrong there, without the line
   */
  public TemplateSyntaxException(int line, String message) {
    super(message);
    this.line = line;
  }

  /** The line of the template, from 1. */
  public int line() {
    return line;
  }
}
