package io.sluice.schemas.validation;

import io.sluice.schemas.JobRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The rules for requests about fine-tune jobs that go beyond the types of their fields. */
public final class JobRequestRules {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  private JobRequestRules() {}

  /**
   * Checks the request id and the task id: each has 1 to 100 characters of A-Z a-z 0-9 . _ -
   *
   * @return the problems, in words for people; empty when there are none
   */
  public static List<String> problems(JobRequest request) {
    List<String> problems = new ArrayList<>(TargetTaskRules.taskIdProblems(request.getTaskId()));
    if (!NAME.matcher(request.getRequestId()).matches()) {
      problems.add(
          "request id '%s': use 1 to 100 characters of A-Z a-z 0-9 . _ -"
              .formatted(ForeignText.name(request.getRequestId())));
    }
    return List.copyOf(problems);
  }
}
