package io.sluice.streams.deadletter;

/** Thrown for a record that breaks the contract; it becomes a dead letter with this reason. */
public final class InvalidRecordException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Refuses the record that is being processed. There is no stack trace: the fault is in the
   * record.
   *
   * @param reason what is wrong with the record, for the people who read dead letters
   */
  public InvalidRecordException(String reason) {
    super(reason, null, false, false);
  }
}
