package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.schemas.validation.CandidateRules;
import io.sluice.schemas.validation.ForeignText;
import io.sluice.schemas.validation.TargetTaskRules;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads the parameters of requests, and refuses what cannot be meant. */
final class Parameters {
  private Parameters() {}

  /**
   * Refuses parameters that a request does not have: whoever writes one expects it to count.
   *
   * @throws ApiException when there is another one
   */
  static void only(Context request, String... known) {
    only(request, List.of(known)::contains, String.join(", ", known));
  }

  /**
   * Refuses parameters that a request does not have.
   *
   * @param list what the known ones are called in the reason
   * @throws ApiException when there is one that is not known
   */
  static void only(Context request, Predicate<String> isKnown, String list) {
    for (String name : request.queryParamMap().keySet()) {
      if (!isKnown.test(name)) {
        throw ApiException.badRequest(
            "unknown parameter '%s': %s"
                .formatted(
                    ForeignText.name(name),
                    list.isEmpty() ? "this request has none" : "use " + list));
      }
    }
  }

  /**
   * The value of a parameter; empty when it is missing.
   *
   * @throws ApiException when it is given twice
   */
  static Optional<String> single(Context request, String name) {
    List<String> values = request.queryParams(name);
    if (values.size() > 1) {
      throw ApiException.badRequest(name + " is given twice: give it once");
    }
    return values.stream().findFirst();
  }

  /**
   * The value of a parameter with a length limit; empty when it is missing or empty.
   *
   * @throws ApiException when it is given twice or is longer
   */
  static Optional<String> text(Context request, String name, int most) {
    Optional<String> given = single(request, name).filter(text -> !text.isEmpty());
    if (given.isPresent() && given.get().length() > most) {
      throw ApiException.badRequest(
          "%s has %d characters: use at most %d".formatted(name, given.get().length(), most));
    }
    return given;
  }

  /**
   * Whether a parameter is true; false when it is missing.
   *
   * @throws ApiException when it is given twice, or is neither true nor false
   */
  static boolean flag(Context request, String name) {
    String given = single(request, name).orElse("false");
    if (!given.equals("true") && !given.equals("false")) {
      throw ApiException.badRequest(name + "=" + ForeignText.name(given) + ": use true or false");
    }
    return given.equals("true");
  }

  /**
   * A number between two bounds.
   *
   * @throws ApiException when it is given twice, is not a whole number or out of range
   */
  static int number(Context request, String name, int byDefault, int least, int most) {
    String advice = "use a number from %d to %d".formatted(least, most);
    int number = wholeNumber(request, name, advice).orElse(byDefault);
    if (number < least || number > most) {
      throw ApiException.badRequest("%s is out of range: %s".formatted(name, advice));
    }
    return number;
  }

  /**
   * The id of the task in the path.
   *
   * @throws ApiException when it is not valid
   */
  static String taskId(Context request) {
    String id = request.pathParam("id");
    requireTaskId(id);
    return id;
  }

  /**
   * Requires a valid task id. This also keeps any other text out of the URLs of other instances.
   *
   * @throws ApiException when the id is not valid
   */
  static void requireTaskId(String id) {
    List<String> problems = TargetTaskRules.taskIdProblems(id);
    if (!problems.isEmpty()) {
      throw ApiException.badRequest(problems.get(0));
    }
  }

  /**
   * The parameter {@code budget}, whose range is not checked; empty when it is missing.
   *
   * @throws ApiException when it is given twice or is not a whole number
   */
  static Optional<Integer> budget(Context request) {
    return wholeNumber(
        request, "budget", "give a number of examples, from 1 to the task's largest budget");
  }

  /**
   * The revision that another instance asks about.
   *
   * @throws ApiException when it is missing, given twice or not a whole number
   */
  static int revision(Context request) {
    return wholeNumber(request, "revision", "give a revision of the task")
        .orElseThrow(() -> ApiException.badRequest("revision is missing"));
  }

  private static Optional<Integer> wholeNumber(Context request, String name, String advice) {
    try {
      return single(request, name).map(Integer::valueOf);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest(name + " is not a whole number: " + advice);
    }
  }

  /**
   * The parameter {@code candidate}.
   *
   * @throws ApiException when it is missing, empty or given twice
   */
  static String candidateId(Context request) {
    List<String> given = request.queryParams("candidate");
    if (given.size() != 1 || given.get(0).isEmpty()) {
      throw ApiException.badRequest("give the id of one candidate: ?candidate=ID");
    }
    return given.get(0);
  }

  /**
   * The parameter {@code id}, the id of a candidate.
   *
   * @throws ApiException when it is missing, given twice or cannot be one
   */
  static String anyCandidate(Context request) {
    String id =
        single(request, "id")
            .orElseThrow(() -> ApiException.badRequest("give the id of a candidate: ?id=ID"));
    requireCandidateId(id);
    return id;
  }

  /**
   * Requires an id that a candidate can have.
   *
   * @throws ApiException when it cannot be one
   */
  static void requireCandidateId(String id) {
    List<String> problems = CandidateRules.idProblems(id);
    if (!problems.isEmpty()) {
      throw ApiException.badRequest(String.join("; ", problems));
    }
  }

  /** All parameters as they follow a path, encoded; empty when there are none. */
  static String encoded(Context request) {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, List<String>> parameter : request.queryParamMap().entrySet()) {
      for (String value : parameter.getValue()) {
        parts.add(encoded(parameter.getKey()) + "=" + encoded(value));
      }
    }
    return parts.isEmpty() ? "" : "?" + String.join("&", parts);
  }

  /** A text as it can stand in a parameter. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
