package io.sluice.schemas.form;

/**
 * An example cannot be used. Besides the reason in full, which differs from example to example, it
 * has the kind of the fault, so that examples with the same one can be counted together.
 */
public final class RefusedExampleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String kind;

  /**
   * Creates the exception.
   *
   * @param message why the example cannot be used, in words for people
   * @param kind the reason without what only this example has, such as the names of its columns
   */
  RefusedExampleException(String message, String kind) {
    super(message);
    this.kind = kind;
  }

  /** The kind of fault that a refusal is: the whole message, unless the exception says more. */
  public static String kindOf(IllegalArgumentException refusal) {
    return refusal instanceof RefusedExampleException refused ? refused.kind : refusal.getMessage();
  }
}
