package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.client.FineTuneJobs;
import io.sluice.streams.report.SubsetDistance;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.watch.TopicReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Handles the requests that read one job. Thread-safe. */
final class JobReads {
  private static final int MOST_DISTANCES = 64;

  /** Of a hash table, the default of Java. */
  private static final float LOAD = 0.75f;

  private static final int READINGS = 2;

  private final Reads reads;
  private final Instances instances;
  private final SelectionQueries queries;
  private final TopicReader topics;
  private final FineTuneJobs jobs;

  /** Reading a dataset takes its whole topic: two at a time. */
  private final Semaphore readings = new Semaphore(READINGS);

  /** Of the jobs that were asked about last: a dataset never changes. */
  private final Map<String, DistanceView> distances =
      new LinkedHashMap<>(MOST_DISTANCES, LOAD, true);

  JobReads(
      KafkaAccess kafka,
      Reads reads,
      Instances instances,
      SelectionQueries queries,
      TopicReader topics) {
    this.reads = reads;
    this.instances = instances;
    this.queries = queries;
    this.topics = topics;
    this.jobs = new FineTuneJobs(kafka);
  }

  /** Handles {@code GET /api/jobs/{id}}. */
  void job(Context request) {
    Parameters.only(request);
    String id = jobId(request);
    respond(request, taskOf(id), id);
  }

  /** Handles {@code GET /api/tasks/{id}/jobs/{job}}, the same for a job of a task. */
  void jobOfTask(Context request) {
    Parameters.only(request);
    respond(request, Parameters.taskId(request), request.pathParam("job"));
  }

  private void respond(Context request, String task, String id) {
    instances.ofTask(
        request,
        task,
        "/jobs/" + Parameters.encoded(id).replace("+", "%20"),
        partition -> Json.respond(request, detail(find(partition, task, id))));
  }

  /** Handles {@code GET /api/jobs/{id}/distance}. */
  void distance(Context request) {
    Parameters.only(request);
    Json.respond(request, distance(jobId(request)));
  }

  private DistanceView distance(String id) {
    synchronized (distances) {
      DistanceView known = distances.get(id);
      if (known != null) {
        return known;
      }
    }
    FrozenDataset dataset = dataset(id);
    List<Integer> budgets =
        reads.allTasks().stream()
            .filter(task -> task.path("task").asText().equals(dataset.job().getTaskId()))
            .flatMap(task -> task.findValues("budget").stream())
            .map(JsonNode::asInt)
            .sorted()
            .distinct()
            .toList();
    DistanceView view = DistanceView.of(id, SubsetDistance.of(dataset, budgets));
    synchronized (distances) {
      distances.put(id, view);
      if (distances.size() > MOST_DISTANCES) {
        distances.remove(distances.keySet().iterator().next());
      }
    }
    return view;
  }

  /**
   * The frozen dataset of a job.
   *
   * @throws ApiException when there is no such job, or its dataset cannot be read
   */
  FrozenDataset dataset(String id) {
    taskOf(id);
    if (!readings.tryAcquire()) {
      throw ApiException.unavailable("two datasets are being read: try again in a moment");
    }
    try {
      return jobs.dataset(jobs.find(id));
    } catch (IllegalArgumentException e) {
      throw ApiException.unavailable(
          "the dataset of job %s cannot be used: %s".formatted(id, e.getMessage()));
    } finally {
      readings.release();
    }
  }

  /** The id in the path, which is looked for among the ids of all jobs and nowhere else. */
  static String jobId(Context request) {
    return request.pathParam("id");
  }

  private String taskOf(String id) {
    return reads.allJobs().stream()
        .filter(job -> job.path("job").asText().equals(id))
        .map(job -> job.path("task").asText())
        .findFirst()
        .orElseThrow(JobReads::none);
  }

  private FineTuneJob find(int partition, String task, String id) {
    return queries.jobs(partition).stream()
        .filter(job -> job.getJobId().equals(id) && job.getTaskId().equals(task))
        .findFirst()
        .orElseThrow(JobReads::none);
  }

  private static ApiException none() {
    return ApiException.notFound("there is no such job: GET /api/jobs lists them");
  }

  private JobDetailView detail(FineTuneJob job) {
    topics.start();
    Optional<FineTuneResult> result =
        topics
            .reports()
            .last(job.getJobId())
            .or(() -> Optional.ofNullable(jobs.results().get(job.getJobId())));
    return JobDetailView.of(job, result, topics.reports().steps(job.getJobId()));
  }
}
