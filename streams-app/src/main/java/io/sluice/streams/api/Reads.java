package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.schemas.validation.TargetTaskRules;
import io.sluice.streams.audit.Explanation;
import io.sluice.streams.client.ExplanationJson;
import io.sluice.streams.client.Explanations;
import io.sluice.streams.client.Subset;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.select.SelectionQueries.HeldSubset;
import io.sluice.streams.select.SelectionQueries.Instance;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Handles the requests that read tasks, subsets and jobs. What this instance does not hold itself,
 * it gets from the instances that do.
 */
final class Reads {
  /**
   * Header of a response to another instance: the partitions that the response covers, separated by
   * commas.
   */
  private static final String PARTITIONS = "Sluice-Partitions";

  private static final List<String> FORWARDED_HEADERS =
      List.of("Content-Type", "Retry-After", SubsetFormat.REVISION, SubsetFormat.SIZE);

  private static final int SCANS = 2;
  private static final Duration SCAN_WITHIN = Duration.ofSeconds(10);

  /**
   * Limits how many subsets are read at the same time: each read scans all nominations of its task.
   */
  private final Semaphore scans = new Semaphore(SCANS);

  private final SelectionQueries queries;
  private final Peers peers;
  private final CandidateLookup candidates;

  Reads(SelectionQueries queries, Peers peers, CandidateLookup candidates) {
    this.queries = queries;
    this.peers = peers;
    this.candidates = candidates;
  }

  /** Handles {@code GET /api/tasks}. */
  void tasks(Context request) {
    list(
        request,
        "tasks",
        task -> task.path("task").asText(),
        partition -> queries.tasks(partition).stream().map(TaskView::of).toList());
  }

  /** Handles {@code GET /api/jobs}: all jobs, or those of the task that the query names. */
  void jobs(Context request) {
    Optional<String> task = Optional.ofNullable(request.queryParam("task"));
    task.ifPresent(Reads::requireTaskId);
    list(
        request,
        "jobs",
        Reads::byTaskAndAge,
        partition ->
            queries.jobs(partition).stream()
                .filter(job -> task.map(job.getTaskId()::equals).orElse(true))
                .map(JobView::of)
                .toList());
  }

  /** Handles {@code GET /api/tasks/{id}}. */
  void task(Context request) {
    String id = taskId(request);
    ofTask(
        request,
        id,
        "",
        partition -> {
          HeldSubset held = subset(partition, id);
          Subset subset = Subset.of(held.task().served(), held.selected(), largestBudget(held));
          Json.respond(request, TaskView.of(held.task(), SubsetReport.of(subset)));
        });
  }

  /** Handles {@code GET /api/tasks/{id}/selected}. */
  void selected(Context request) {
    String id = taskId(request);
    Optional<Integer> budget = budget(request);
    SubsetFormat format = SubsetFormat.of(request);
    String query =
        Stream.of(budget.map(b -> "budget=" + b), Optional.of("format=" + format.label()))
            .flatMap(Optional::stream)
            .collect(Collectors.joining("&", "?", ""));
    ofTask(
        request,
        id,
        "/selected" + query,
        partition -> {
          HeldSubset held = subset(partition, id);
          format.respond(request, subset(held, budget.orElse(largestBudget(held))));
        });
  }

  /** Handles {@code GET /api/tasks/{id}/explain}: why a candidate is selected, or not. */
  void explain(Context request) {
    String id = taskId(request);
    String candidate = candidateId(request);
    ofTask(
        request,
        id,
        "/explain?candidate=" + URLEncoder.encode(candidate, StandardCharsets.UTF_8),
        partition -> {
          HeldSubset held = subset(partition, id);
          Subset subset = subset(held, largestBudget(held));
          Explanation explanation =
              Explanations.explainedBy(subset, held.task().status())
                  .explain(candidate, candidates.find(subset, candidate));
          request.contentType(Json.TYPE).result(ExplanationJson.of(explanation));
        });
  }

  private HeldSubset subset(int partition, String id) {
    if (!acquireScan()) {
      throw ApiException.unavailable(
          "too many subsets are being read at the same time: try again, and send fewer requests");
    }
    try {
      return queries
          .subset(partition, id)
          .orElseThrow(
              () ->
                  ApiException.notFound(
                      "there is no task '%s': GET /api/tasks lists them".formatted(id)));
    } finally {
      scans.release();
    }
  }

  private boolean acquireScan() {
    try {
      return scans.tryAcquire(SCAN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Subset subset(HeldSubset held, int budget) {
    try {
      return Subset.of(held.task().served(), held.selected(), budget);
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(e.getMessage());
    }
  }

  private static int largestBudget(HeldSubset held) {
    List<Integer> budgets = held.task().served().getBudgets();
    return budgets.get(budgets.size() - 1);
  }

  /**
   * Responds from this instance if it holds the task, else forwards the response of the instance
   * that does.
   */
  private void ofTask(Context request, String id, String rest, LocalResponse response) {
    queries
        .locate(id)
        .match(
            partition -> {
              try {
                response.writeFrom(partition);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            instance -> {
              if (Peers.isHop(request)) {
                throw ApiException.unavailable(
                    "the task is moving to " + instance + ": try again in a moment");
              }
              forward(request, peers.open(instance, "/api/tasks/" + id + rest));
            });
  }

  private static void forward(Context request, HttpResponse<InputStream> response) {
    request.status(response.statusCode());
    for (String header : FORWARDED_HEADERS) {
      response.headers().firstValue(header).ifPresent(value -> request.header(header, value));
    }
    request.result(response.body());
  }

  /**
   * Responds with the elements of all instances, or with an error when some partition is missing. A
   * request from another instance gets the elements of this instance only.
   *
   * @param field the only field of the response, a list
   * @param key identifies an element; the response is sorted by it
   * @param local returns the elements of a partition that this instance holds
   */
  private void list(
      Context request, String field, Function<JsonNode, String> key, IntFunction<List<?>> local) {
    Set<Integer> covered = new TreeSet<>(queries.localPartitions());
    Map<String, JsonNode> all = new TreeMap<>();
    for (int partition : covered) {
      put(Json.tree(local.apply(partition)), key, all);
    }
    if (Peers.isHop(request)) {
      request.header(
          PARTITIONS, covered.stream().map(String::valueOf).collect(Collectors.joining(",")));
    } else {
      for (Instance other : queries.others()) {
        HttpResponse<String> response = peers.get(other, pathAndQuery(request));
        if (response.statusCode() != 200) {
          throw ApiException.unavailable(
              "the instance at %s cannot respond at the moment: %s"
                  .formatted(other, response.body()));
        }
        covered.addAll(partitions(response));
        put(Json.parse(response.body()).path(field), key, all);
      }
      if (covered.size() < queries.partitions()) {
        throw ApiException.unavailable(
            "some tasks are moving between instances: try again in a moment");
      }
    }
    Json.respond(request, Map.of(field, all.values()));
  }

  private static void put(
      JsonNode elements, Function<JsonNode, String> key, Map<String, JsonNode> all) {
    elements.forEach(element -> all.put(key.apply(element), element));
  }

  private static String byTaskAndAge(JsonNode job) {
    return "%s %010d %010d %010d %s"
        .formatted(
            job.path("task").asText(),
            job.path("revision").asInt(),
            job.path("budget").asInt(),
            job.path("sequence").asInt(),
            job.path("job").asText());
  }

  private static Set<Integer> partitions(HttpResponse<?> response) {
    return Stream.of(response.headers().firstValue(PARTITIONS).orElse("").split(","))
        .filter(number -> !number.isEmpty())
        .map(Integer::valueOf)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static String pathAndQuery(Context request) {
    return request.path()
        + Optional.ofNullable(request.queryParam("task")).map(task -> "?task=" + task).orElse("");
  }

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
   * The query parameter {@code budget}, whose range is not checked; empty when it is missing.
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
    if (request.queryParams(name).size() > 1) {
      throw ApiException.badRequest(name + " is given twice: give it once");
    }
    try {
      return Optional.ofNullable(request.queryParam(name)).map(Integer::valueOf);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest(name + " is not a whole number: " + advice);
    }
  }

  /**
   * The query parameter {@code candidate}.
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

  /** Writes the response from a partition that this instance holds. */
  private interface LocalResponse {
    void writeFrom(int partition) throws IOException;
  }
}
