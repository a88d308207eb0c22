package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;

/** The result of reading one example of a file. */
public sealed interface ExampleLine {
  /** The line's number in the file, from 1; blank lines count. */
  long line();

  /**
   * A usable candidate.
   *
   * @param line number in the file, from 1
   * @param candidate a candidate that satisfies {@link io.sluice.schemas.validation.CandidateRules}
   */
  record OfCandidate(long line, Candidate candidate) implements ExampleLine {}

  /**
   * A query of a task.
   *
   * @param line number in the file of the task's first line, from 1
   * @param query a query that satisfies {@link io.sluice.schemas.validation.TargetTaskRules}
   */
  record OfQuery(long line, Query query) implements ExampleLine {}

  /**
   * A query whose text is already formatted.
   *
   * @param line number in the file, from 1
   * @param prompt the text that the model is given
   * @param answer the text that the model is to continue with, without the end token
   */
  record OfText(long line, String prompt, String answer) implements ExampleLine {}

  /**
   * A line that cannot be used.
   *
   * @param line number in the file, from 1
   * @param reason why it cannot be used, in words for people, without the line number
   */
  record Invalid(long line, String reason) implements ExampleLine {}
}
