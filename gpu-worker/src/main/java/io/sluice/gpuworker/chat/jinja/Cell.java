package io.sluice.gpuworker.chat.jinja;

/** Where a loop finds a value that was there before it began. */
sealed interface Cell {
  /**
   * A variable.
   *
   * @param outward how many scopes outside that of the loop the search for it begins
   * @param name its name
   */
  record Variable(int outward, String name) implements Cell {}

  /**
   * An attribute.
   *
   * @param namespace the number of the namespace
   * @param name its name
   */
  record Attribute(int namespace, String name) implements Cell {}
}
