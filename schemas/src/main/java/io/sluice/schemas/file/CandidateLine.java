package io.sluice.schemas.file;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.form.Form;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/** The result of reading one candidate of a file: of a line, or of an element of an array. */
public sealed interface CandidateLine {
  /** Where the candidate is in the file. */
  Place place();

  /** Calls the argument for this kind of line. */
  void match(Consumer<Valid> valid, Consumer<Invalid> invalid);

  /**
   * A line that holds a usable candidate.
   *
   * @param place where the line is in the file
   * @param candidate a candidate that satisfies {@link io.sluice.schemas.validation.CandidateRules}
   * @param form the form that it had in the file
   * @param leftOut names of its fields that cannot be metadata, each with the reason
   */
  record Valid(Place place, Candidate candidate, Form form, SortedMap<String, String> leftOut)
      implements CandidateLine {
    @Override
    public void match(Consumer<Valid> valid, Consumer<Invalid> invalid) {
      valid.accept(this);
    }
  }

  /**
   * A line that cannot be used.
   *
   * @param place where the line is in the file
   * @param id the id that its candidate has if it does not have one of its own; empty if that is
   *     made of the content
   * @param reason why it cannot be used, in words for people, without its place
   * @param text what the line holds; empty when it could not be read
   * @param advice what to do about it, with which the reason ends; empty if there is none
   * @param kind the reason without what only this line has, so that lines with the same fault can
   *     be counted together
   * @param origin where the example comes from, if the line is one that was rejected before
   */
  record Invalid(
      Place place,
      String id,
      String reason,
      String text,
      String advice,
      String kind,
      Optional<Origin> origin)
      implements CandidateLine {
    /** A line that was not rejected before, and whose reason is that of all lines of its kind. */
    public Invalid(Place place, String id, String reason, String text) {
      this(place, id, reason, text, "", reason, Optional.empty());
    }

    /** Where it is in its file, and why it cannot be used. */
    public String description() {
      return place + ": " + reason;
    }

    /** The description without the advice, for those who have read that already. */
    public String descriptionWithoutAdvice() {
      return place + ": " + reason.substring(0, reason.length() - advice.length());
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
   * @param place where it was in that file
   */
  record Origin(String file, Place place) {}
}
