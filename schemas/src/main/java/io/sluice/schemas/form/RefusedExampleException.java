package io.sluice.schemas.form;

import java.util.Optional;
import java.util.Set;

/**
 * An example cannot be used. Besides the reason in full, which may differ from example to example,
 * it has the kind of the fault, so that examples with the same one can be counted together.
 */
public final class RefusedExampleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  /**
   * What is wrong with an example.
   *
   * @param kind the reason without what only this example has, such as the names of its columns
   * @param advice what to do about it, with which the reason ends; may be empty
   * @param lacking the fields that the example would need, and that another column may hold
   */
  private record Fault(String kind, String advice, Set<String> lacking) {}

  private RefusedExampleException(String message, Fault fault) {
    super(message);
    this.fault = fault;
  }

  /** The exception for a fault that has nothing to do with the names of columns. */
  static RefusedExampleException of(String problem, String advice) {
    String message = problem + advice;
    return new RefusedExampleException(message, new Fault(message, advice, Set.of()));
  }

  /** The exception for an example that lacks a field of its form. */
  static RefusedExampleException missing(String field) {
    String message = field + " is missing";
    return lacking(message, message, "", Set.of(field));
  }

  /**
   * The exception for an example that lacks fields.
   *
   * @param problem what is wrong with it, in words for people
   * @param kindOfProblem the problem without what only this example has
   * @param advice what to do about it, which follows the problem
   * @param fields the fields that would make it an example of some form
   */
  static RefusedExampleException lacking(
      String problem, String kindOfProblem, String advice, Set<String> fields) {
    return new RefusedExampleException(
        problem + advice, new Fault(kindOfProblem + advice, advice, Set.copyOf(fields)));
  }

  /** The kind of fault that a refusal is: the whole message, unless the exception says more. */
  public static String kindOf(IllegalArgumentException refusal) {
    return fault(refusal).map(Fault::kind).orElseGet(refusal::getMessage);
  }

  /** What to do about a refusal, with which its message ends; empty if it does not say that. */
  public static String adviceOf(IllegalArgumentException refusal) {
    return fault(refusal).map(Fault::advice).orElse("");
  }

  /** The fields for lack of which an example was refused; empty if that is not the reason. */
  public static Set<String> lackingOf(IllegalArgumentException refusal) {
    return fault(refusal).map(Fault::lacking).orElse(Set.of());
  }

  private static Optional<Fault> fault(IllegalArgumentException refusal) {
    return refusal instanceof RefusedExampleException refused
        ? Optional.of(refused.fault)
        : Optional.empty();
  }
}
