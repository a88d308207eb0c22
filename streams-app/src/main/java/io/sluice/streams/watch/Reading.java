package io.sluice.streams.watch;

/**
 * How far a reader of topics is.
 *
 * @param state what it does
 * @param reason why it cannot read; empty unless it is away
 */
public record Reading(State state, String reason) {
  /** What a reader of topics does. */
  public enum State {
    /** It has not yet read what was in the topics when it began. */
    READING,
    /** It has read that, and follows. */
    READY,
    /** It cannot read, and tries again. */
    AWAY
  }

  static final Reading BEGINS = new Reading(State.READING, "");
  static final Reading FOLLOWS = new Reading(State.READY, "");

  static Reading away(String reason) {
    return new Reading(State.AWAY, reason);
  }
}
