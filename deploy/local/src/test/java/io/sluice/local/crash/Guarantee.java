package io.sluice.local.crash;

/** What must hold of every deployment that is quiet, whatever happened to it before. */
interface Guarantee {
  /**
   * Checks it.
   *
   * @throws AssertionError when it does not hold; the message says where
   */
  void check(Evidence evidence);
}
