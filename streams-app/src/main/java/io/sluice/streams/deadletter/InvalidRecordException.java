package io.sluice.streams.deadletter;

/** Thrown for a record that breaks the contract; it becomes a dead letter with this reason. */
public final class InvalidRecordException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the exception without a stack trace, because the fault is in the record and not in the
   * code.
   *
   * @param reason what is wrong with the record; shown to people who read dead letters
   */
  public InvalidRecordException(String reason) {
    super(reason, null, false, false);
  }
}
