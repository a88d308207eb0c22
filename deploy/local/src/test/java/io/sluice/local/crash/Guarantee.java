package io.sluice.local.crash;

/** A property that every deployment must have once it is quiet, whatever happened before. */
interface Guarantee {
  /**
   * Checks the property.
   *
   * @throws AssertionError when it does not hold; the message says where
   */
  void check(Evidence evidence);
}
