package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.form.Form;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

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
   * @param leftOut names of its fields that cannot be metadata, each with the reason
   */
  record Valid(long line, Candidate candidate, Form form, SortedMap<String, String> leftOut)
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
   * @param kind the reason without what only this line has, so that lines with the same fault can
   *     be counted together
   * @param origin where the example comes from, if the line is one that was rejected before
   */
  record Invalid(
      long line, String id, String reason, String text, String kind, Optional<Origin> origin)
      implements CandidateLine {
    private static final Pattern ELEMENT = Pattern.compile("element \\d+\\b.*", Pattern.DOTALL);

    /** A line that was not rejected before, and whose reason is that of all lines of its kind. */
    public Invalid(long line, String id, String reason, String text) {
      this(line, id, reason, text, reason, Optional.empty());
    }

    /** Where it is in its file, and why it cannot be used: an array has elements, not lines. */
    public String description() {
      return ELEMENT.matcher(reason).matches() ? reason : "line " + line + ": " + reason;
    }

    @Override
    public void match(Consumer<Valid> valid, Consumer<Invalid> invalid) {
      invalid.accept(this);
    }
  }

  /**
   * The place where an example was when it was rejected for the first time.
   *
   * @param file the name of the file
   * @param line number in that file of the line on which the example begins, from 1
   */
  record Origin(String file, long line) {}
}
