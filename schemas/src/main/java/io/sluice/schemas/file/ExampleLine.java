package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;

/** What one entry of an example file turned out to be. */
public sealed interface ExampleLine {
  /** The line's number in the file, from 1; blank lines count. */
  long line();

  /**
   * A candidate.
   *
   * @param line number in the file, from 1
   * @param candidate keeps all the rules
   */
  record OfCandidate(long line, Candidate candidate) implements ExampleLine {}

  /**
   * A query of a task.
   *
   * @param line number in the file of the task's first line, from 1
   * @param query keeps all the rules
   */
  record OfQuery(long line, Query query) implements ExampleLine {}

  /**
   * A query whose text is already formatted.
   *
   * @param line number in the file, from 1
   * @param prompt what the model is given
   * @param answer what it shall say, without the end token
   */
  record OfText(long line, String prompt, String answer) implements ExampleLine {}

  /**
   * A line that cannot be used.
   *
   * @param line number in the file, from 1
   * @param reason why not, for people; the line number is not repeated in it
   */
  record Invalid(long line, String reason) implements ExampleLine {}
}
