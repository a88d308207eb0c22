package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import java.util.function.Function;

/** The result of reading one example of a file. */
public sealed interface ExampleLine {
  /** The number in the file of the line on which the example begins, from 1; blank lines count. */
  long line();

  /**
   * Calls the one argument that is for this kind of line.
   *
   * @return the result of that call
   */
  <T> T match(
      Function<OfCandidate, T> candidate,
      Function<OfQuery, T> query,
      Function<OfText, T> text,
      Function<Invalid, T> invalid);

  /**
   * A usable candidate.
   *
   * @param line number in the file, from 1
   * @param candidate a candidate that satisfies {@link io.sluice.schemas.validation.CandidateRules}
   */
  record OfCandidate(long line, Candidate candidate) implements ExampleLine {
    @Override
    public <T> T match(
        Function<OfCandidate, T> candidate,
        Function<OfQuery, T> query,
        Function<OfText, T> text,
        Function<Invalid, T> invalid) {
      return candidate.apply(this);
    }
  }

  /**
   * A query of a task.
   *
   * @param line number in the file of the task's first line, from 1
   * @param query a query that satisfies {@link io.sluice.schemas.validation.TargetTaskRules}
   * @param task the whole task
   */
  record OfQuery(long line, Query query, TaskFile task) implements ExampleLine {
    @Override
    public <T> T match(
        Function<OfCandidate, T> candidate,
        Function<OfQuery, T> query,
        Function<OfText, T> text,
        Function<Invalid, T> invalid) {
      return query.apply(this);
    }
  }

  /**
   * A query whose text is already formatted.
   *
   * @param line number in the file, from 1
   * @param prompt the text that the model is given
   * @param answer the text that the model is to continue with, without the end token
   */
  record OfText(long line, String prompt, String answer) implements ExampleLine {
    @Override
    public <T> T match(
        Function<OfCandidate, T> candidate,
        Function<OfQuery, T> query,
        Function<OfText, T> text,
        Function<Invalid, T> invalid) {
      return text.apply(this);
    }
  }

  /**
   * A line that cannot be used.
   *
   * @param line number in the file, from 1
   * @param reason why it cannot be used, in words for people, without the line number but with the
   *     number of the element if the file is an array
   */
  record Invalid(long line, String reason) implements ExampleLine {
    @Override
    public <T> T match(
        Function<OfCandidate, T> candidate,
        Function<OfQuery, T> query,
        Function<OfText, T> text,
        Function<Invalid, T> invalid) {
      return invalid.apply(this);
    }
  }
}
