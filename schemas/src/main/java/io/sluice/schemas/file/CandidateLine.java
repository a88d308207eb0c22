package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;

/** What one line of a candidate file turned out to be. */
public sealed interface CandidateLine {
  /** The line's number in the file, from 1; blank lines count. */
  long line();

  /**
   * A line with a candidate that keeps all the rules.
   *
   * @param line number in the file, from 1
   * @param candidate the candidate
   */
  record Valid(long line, Candidate candidate) implements CandidateLine {}

  /**
   * A line that cannot be used.
   *
   * @param line number in the file, from 1
   * @param reason why not, for people; the line number is not repeated in it
   */
  record Invalid(long line, String reason) implements CandidateLine {}
}
