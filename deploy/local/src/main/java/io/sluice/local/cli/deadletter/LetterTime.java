package io.sluice.local.cli.deadletter;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Writes times of dead letters. */
final class LetterTime {
  private LetterTime() {}

  /** A time in UTC, with seconds. */
  static String of(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
