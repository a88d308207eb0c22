package io.sluice.gpuworker.worker;

/** The kinds of reasons for which a record becomes a dead letter. */
enum Fault {
  /** Its bytes are no key and value of the topic's type. */
  UNREADABLE,
  /** It can be read and breaks the contract: a missing answer, an id that is not its key. */
  INVALID,
  /** It keeps to the contract and has no representation: nothing in it can be learnt. */
  UNREPRESENTABLE,
  /** Kafka does not take what stands for it: it is too large. */
  REFUSED
}
