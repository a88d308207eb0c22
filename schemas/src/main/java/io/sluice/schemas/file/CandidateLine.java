package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.form.Form;
import java.util.SortedSet;
import java.util.function.Consumer;

/** The result of reading one candidate of a file: of a line, or of an element of an array. */
public sealed interface CandidateLine {
  /**
   * The number in the file of the line on which the candidate begins, from 1; blank lines count. Of
   * a Parquet file it is the number of the row.
   */
  long line();

  /** Calls the one argument that is for this kind of line. */
  void match(Consumer<Valid> valid, Consumer<Invalid> invalid);

  /**
   * A line that holds a usable candidate.
   *
   * @param line number in the file, from 1
   * @param candidate a candidate that satisfies {@link io.sluice.schemas.validation.CandidateRules}
   * @param form the form that it had in the file
   * @param leftOut names of its fields that are too long or too many for metadata
   */
  record Valid(long line, Candidate candidate, Form form, SortedSet<String> leftOut)
      implements CandidateLine {
    @Override
    public void match(Consumer<Valid> valid, Consumer<Invalid> invalid) {
      valid.accept(this);
    }
  }

  /**
   * A line that cannot be used.
   *
   * @param line number in the file, from 1
   * @param id the id that its candidate has if it does not have one of its own; empty if that is
   *     made of the content
   * @param reason why it cannot be used, in words for people, without the line number but with the
   *     number of the element if the file is an array
   * @param text what the line holds; empty when it could not be read
   */
  record Invalid(long line, String id, String reason, String text) implements CandidateLine {
    @Override
    public void match(Consumer<Valid> valid, Consumer<Invalid> invalid) {
      invalid.accept(this);
    }
  }
}
