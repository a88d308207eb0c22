package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import java.util.function.Function;

/** The result of reading one example of a file. */
public sealed interface ExampleLine {
  /** Where the example is in the file. */
  Place place();

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
   * @param place where the line is in the file
   * @param candidate a candidate that satisfies {@link io.sluice.schemas.validation.CandidateRules}
   */
  record OfCandidate(Place place, Candidate candidate) implements ExampleLine {
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
   * @param place where the task is in the file
   * @param query a query that satisfies {@link io.sluice.schemas.validation.TargetTaskRules}
   * @param task the whole task
   */
  record OfQuery(Place place, Query query, TaskFile task) implements ExampleLine {
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
   * @param place where the line is in the file
   * @param prompt the text that the model is given
   * @param answer the text that the model is to continue with, without the end token
   */
  record OfText(Place place, String prompt, String answer) implements ExampleLine {
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
   * @param place where the line is in the file
   * @param reason why it cannot be used, in words for people, without its place
   */
  record Invalid(Place place, String reason) implements ExampleLine {
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
