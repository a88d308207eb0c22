package io.sluice.local.doctor;

import java.util.List;

/** Looks at one part of a deployment, without changing anything. Used by one thread. */
public interface Check {
  /** What is looked at, as a title of one or two words. */
  String subject();

  /**
   * Looks.
   *
   * @return at least one finding
   * @throws Exception when the part cannot be looked at, which is a fault of its own
   */
  List<Finding> run() throws Exception;
}
