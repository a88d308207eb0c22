package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.streams.api.OverviewView.FlowView;
import io.sluice.streams.api.OverviewView.JobCounts;
import io.sluice.streams.api.OverviewView.ServiceView;
import io.sluice.streams.select.SelectionUnavailable;
import io.sluice.streams.watch.ClusterSample;
import io.sluice.streams.watch.ClusterSampler;
import io.sluice.streams.watch.JobReports;
import io.sluice.streams.watch.TopicReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What the page shows first: all that goes on. It is put together at most once a second, however
 * many ask. Thread-safe.
 */
final class Overview {
  private static final Duration FRESH = Duration.ofMillis(900);
  private static final int MOST_HISTORY = 120;

  private final Reads reads;
  private final ClusterSampler sampler;
  private final TopicReader topics;
  private final String instance;
  private final boolean tokenRequired;
  private final Deque<FlowView> history = new ArrayDeque<>();
  private Optional<Seen> last = Optional.empty();

  /**
   * All that goes on.
   *
   * @param view the overview, without its history
   * @param jobs all jobs
   */
  record Seen(Instant at, OverviewView view, List<JobStateView> jobs) {}

  /**
   * Creates it.
   *
   * @param instance the address of this instance
   * @param tokenRequired whether requests that write need a token
   */
  Overview(
      Reads reads,
      ClusterSampler sampler,
      TopicReader topics,
      String instance,
      boolean tokenRequired) {
    this.reads = reads;
    this.sampler = sampler;
    this.topics = topics;
    this.instance = instance;
    this.tokenRequired = tokenRequired;
  }

  /** Handles {@code GET /api/overview}. */
  void respond(Context request) {
    Parameters.only(request);
    Json.respond(request, withHistory());
  }

  private synchronized OverviewView withHistory() {
    OverviewView view = current().view();
    return new OverviewView(
        view.at(),
        view.tokenRequired(),
        view.instance(),
        view.flow(),
        Optional.of(List.copyOf(history)),
        view.tasks(),
        view.tasksProblem(),
        view.jobs(),
        view.openJobs(),
        view.services());
  }

  /** What goes on; at most a second old. */
  synchronized Seen current() {
    if (last.isEmpty() || last.get().at().plus(FRESH).isBefore(Instant.now())) {
      topics.start();
      last = Optional.of(look());
      history.addLast(last.get().view().flow());
      if (history.size() > MOST_HISTORY) {
        history.removeFirst();
      }
    }
    return last.get();
  }

  private Seen look() {
    ClusterSample sample = sampler.sample();
    FlowView flow = FlowView.of(sample.at(), sample.flow());
    Optional<List<JsonNode>> tasks = Optional.empty();
    Optional<List<JobStateView>> jobs = Optional.empty();
    String problem = "";
    try {
      tasks = Optional.of(reads.allTasks());
      jobs = Optional.of(reads.allJobs().stream().map(this::state).toList());
    } catch (ApiException | SelectionUnavailable e) {
      problem = e.getMessage();
    }
    boolean known = jobs.isPresent();
    return new Seen(
        sample.at(),
        new OverviewView(
            sample.at().toString(),
            tokenRequired,
            instance,
            flow,
            Optional.empty(),
            tasks.filter(all -> known),
            problem,
            jobs.map(JobCounts::of),
            jobs.orElse(List.of()).stream().filter(JobStateView::isOpen).toList(),
            ServiceView.of(sample)),
        jobs.orElse(List.of()));
  }

  private JobStateView state(JsonNode job) {
    JobReports reports = topics.reports();
    return JobStateView.of(job, reports.last(job.path("job").asText()));
  }
}
