package io.sluice.schemas.validation;

import io.sluice.schemas.Candidate;
import java.util.ArrayList;
import java.util.List;

/** What the contract asks of a candidate, beyond the types of its fields. */
public final class CandidateRules {
  private CandidateRules() {}

  /**
   * Checks a candidate: an id of 1 to 256 characters without control characters; turns of known
   * roles (system, user, assistant), at least one; at least one assistant turn that is not blank.
   *
   * @return what is wrong, for people; empty when nothing is
   */
  public static List<String> problems(Candidate candidate) {
    List<String> problems = new ArrayList<>(idProblems(candidate.getId()));
    if (!MessageRules.isUnicode(candidate.getSource())) {
      problems.add("source has half a surrogate pair, which is no character");
    }
    problems.addAll(MessageRules.turnProblems(candidate.getMessages()));
    if (!candidate.getMessages().isEmpty()
        && candidate.getMessages().stream().noneMatch(MessageRules::answers)) {
      problems.add("no assistant turn has content: there is nothing to learn");
    }
    return List.copyOf(problems);
  }

  /** Checks a candidate id: 1 to 256 characters, no control characters. */
  public static List<String> idProblems(String id) {
    return List.copyOf(MessageRules.idProblems(id));
  }
}
