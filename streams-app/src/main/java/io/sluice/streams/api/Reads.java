package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.streams.select.SelectionQueries;
import java.util.List;
import java.util.Optional;

/** Handles the requests that list tasks and jobs. Thread-safe. */
final class Reads {
  private static final String TASKS = "/api/tasks";
  private static final String JOBS = "/api/jobs";

  private final SelectionQueries queries;
  private final Instances instances;

  Reads(SelectionQueries queries, Instances instances) {
    this.queries = queries;
    this.instances = instances;
  }

  /** Handles {@code GET /api/tasks}. */
  void tasks(Context request) {
    Parameters.only(request);
    instances.respondList(request, taskKind(), TASKS);
  }

  /** Handles {@code GET /api/jobs}: all jobs, or those of the task that the query names. */
  void jobs(Context request) {
    Parameters.only(request, "task");
    Optional<String> task = Parameters.single(request, "task");
    task.ifPresent(Parameters::requireTaskId);
    instances.respondList(request, jobKind(task), JOBS + task.map(id -> "?task=" + id).orElse(""));
  }

  /**
   * All tasks, without what their subsets say.
   *
   * @throws ApiException when some of them cannot be read at the moment
   */
  List<JsonNode> allTasks() {
    return instances.list(taskKind(), TASKS);
  }

  /**
   * All jobs.
   *
   * @throws ApiException when some of them cannot be read at the moment
   */
  List<JsonNode> allJobs() {
    return instances.list(jobKind(Optional.empty()), JOBS);
  }

  private Instances.Kind taskKind() {
    return new Instances.Kind(
        "tasks",
        task -> task.path("task").asText(),
        partition -> queries.tasks(partition).stream().map(TaskView::of).toList());
  }

  private Instances.Kind jobKind(Optional<String> task) {
    return new Instances.Kind(
        "jobs",
        Reads::byTaskAndAge,
        partition ->
            queries.jobs(partition).stream()
                .filter(job -> task.map(job.getTaskId()::equals).orElse(true))
                .map(JobView::of)
                .toList());
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
}
