package io.sluice.schemas.validation;

import io.sluice.schemas.JobRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the contract asks of a request about fine-tune jobs, beyond the types of its fields. */
public final class JobRequestRules {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  private JobRequestRules() {}

  /**
   * Checks the names: the request's id and the task's, each 1 to 100 of A-Z a-z 0-9 . _ -
   *
   * @return what is wrong, for people; empty when nothing is
   */
  public static List<String> problems(JobRequest request) {
    List<String> problems = new ArrayList<>(TargetTaskRules.taskIdProblems(request.getTaskId()));
    if (!NAME.matcher(request.getRequestId()).matches()) {
      problems.add(
          "request id '%s': use 1 to 100 of A-Z a-z 0-9 . _ -"
              .formatted(ForeignText.name(request.getRequestId())));
    }
    return List.copyOf(problems);
  }
}
