package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.schemas.FineTuneJob;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.watch.TopicReader;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Handles the requests that list tasks and jobs. Thread-safe. */
final class Reads {
  private static final String TASKS = "/api/tasks";
  private static final String JOBS = "/api/jobs";
  private static final String RESULTS = "/api/results";

  private final SelectionQueries queries;
  private final Instances instances;
  private final TopicReader topics;

  Reads(SelectionQueries queries, Instances instances, TopicReader topics) {
    this.queries = queries;
    this.instances = instances;
    this.topics = topics;
  }

  /** Handles {@code GET /api/tasks}. */
  void tasks(Context request) {
    Parameters.only(request);
    instances.respondList(request, taskKind(), TASKS);
  }

  /** Handles {@code GET /api/jobs}: all jobs, or those of the task that the query names. */
  void jobs(Context request) {
    Optional<String> task = task(request);
    instances.respondList(request, jobKind(task), JOBS + ofTask(task));
  }

  /** Handles {@code GET /api/results}: the same jobs, as far as trainers have reported of them. */
  void results(Context request) {
    Optional<String> task = task(request);
    topics.start();
    instances.respondList(request, resultKind(task), RESULTS + ofTask(task));
  }

  private static Optional<String> task(Context request) {
    Parameters.only(request, "task");
    Optional<String> task = Parameters.single(request, "task");
    task.ifPresent(Parameters::requireTaskId);
    return task;
  }

  private static String ofTask(Optional<String> task) {
    return task.map(id -> "?task=" + id).orElse("");
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
        "jobs", Reads::byTaskAndAge, partition -> jobs(partition, task).map(JobView::of).toList());
  }

  private Instances.Kind resultKind(Optional<String> task) {
    return new Instances.Kind(
        "results",
        Reads::byTaskAndAge,
        partition ->
            jobs(partition, task)
                .flatMap(
                    job ->
                        topics.reports().last(job.getJobId()).stream()
                            .map(report -> ResultView.of(job, report)))
                .toList());
  }

  private Stream<FineTuneJob> jobs(int partition, Optional<String> task) {
    return queries.jobs(partition).stream()
        .filter(job -> task.map(job.getTaskId()::equals).orElse(true));
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
