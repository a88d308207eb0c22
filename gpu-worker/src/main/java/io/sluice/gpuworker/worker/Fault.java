package io.sluice.gpuworker.worker;

/** The kinds of reasons for which a record becomes a dead letter. Metrics count them by name. */
enum Fault {
  /** The bytes cannot be decoded as a key and a value of the topic's type. */
  UNREADABLE,
  /** The record breaks the contract: for example the answer is missing, or key and id differ. */
  INVALID,
  /**
   * The record keeps the contract but has no representation, since nothing can be learnt from it.
   */
  UNREPRESENTABLE,
  /** Kafka refuses the record's representation, which is too large. */
  REFUSED
}
