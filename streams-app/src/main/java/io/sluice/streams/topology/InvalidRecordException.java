package io.sluice.streams.topology;

/** A record that breaks the contract: it becomes a dead letter with this reason. */
final class InvalidRecordException extends RuntimeException {
  InvalidRecordException(String reason) {
    super(reason, null, false, false);
  }
}
