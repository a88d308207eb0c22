package io.sluice.schemas.validation;

import io.sluice.schemas.Candidate;
import java.util.ArrayList;
import java.util.List;

/** The rules for candidates that go beyond the types of their fields. */
public final class CandidateRules {
  private CandidateRules() {}

  /**
   * Checks a candidate. Its id has 1 to 256 characters and no control characters; its turns, at
   * least one, have known roles (system, user, assistant, tool); at least one assistant turn is
   * learnt and has text or tool calls. Tools are a JSON array of objects, and metadata is small,
   * see {@link MetadataRules}.
   *
   * @return the problems, in words for people; empty when there are none
   */
  public static List<String> problems(Candidate candidate) {
    List<String> problems = new ArrayList<>(idProblems(candidate.getId()));
    if (!MessageRules.isUnicode(candidate.getSource())) {
      problems.add("source contains half a surrogate pair, which is not a character");
    }
    problems.addAll(MessageRules.turnProblems(candidate.getMessages()));
    problems.addAll(ExtraRules.toolProblems(candidate.getTools()));
    problems.addAll(MetadataRules.problems(candidate.getMetadata()));
    if (!candidate.getMessages().isEmpty()
        && candidate.getMessages().stream().noneMatch(MessageRules::isAnswer)) {
      problems.add(
          candidate.getMessages().stream().anyMatch(MessageRules::isMaskedAnswer)
              ? "every assistant turn that has content has weight 0, so there is nothing to learn:"
                  + " leave the line out, or give one of them weight 1"
              : "no assistant turn has content, so there is nothing to learn: add an answer");
    }
    return List.copyOf(problems);
  }

  /**
   * Checks a candidate id: 1 to 256 characters, no control characters.
   *
   * @return the problems, in words for people; empty when there are none
   */
  public static List<String> idProblems(String id) {
    return List.copyOf(MessageRules.idProblems(id));
  }
}
