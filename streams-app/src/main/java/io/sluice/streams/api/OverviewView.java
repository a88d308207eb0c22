package io.sluice.streams.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.streams.watch.ClusterSample;
import io.sluice.streams.watch.Flow;
import io.sluice.streams.watch.ServiceState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that goes on, at one moment.
 *
 * @param at when, in ISO 8601, UTC
 * @param tokenRequired whether requests that write need a token
 * @param instance the address of the instance that answers
 * @param flow how many records there have been
 * @param history the flow before, oldest first; only in the response to a request
 * @param tasks all tasks, without what their subsets say; absent if they cannot be read now
 * @param tasksProblem why they cannot; otherwise empty
 * @param jobs how many jobs there are; absent if tasks are
 * @param openJobs the jobs that have not ended
 * @param services the services that Sluice consists of
 */
record OverviewView(
    String at,
    boolean tokenRequired,
    String instance,
    FlowView flow,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<List<FlowView>> history,
    Optional<List<JsonNode>> tasks,
    String tasksProblem,
    Optional<JobCounts> jobs,
    List<JobStateView> openJobs,
    List<ServiceView> services) {

  /** What has to differ for the overview to be worth sending again. */
  Object content() {
    return List.of(
        List.of(flow.candidates(), flow.represented(), flow.scored(), flow.deadLetters()),
        tasks,
        tasksProblem,
        jobs,
        openJobs,
        services);
  }

  /**
   * The flow at one moment: counters since the topics began, absent while unknown.
   *
   * @param at when, in ISO 8601, UTC
   * @param candidates records of candidates: one that is sent again or retracted counts again
   * @param represented records of representations, likewise
   * @param scored records of representations that the streams-app has processed
   * @param deadLetters dead letters
   */
  record FlowView(
      String at,
      Optional<Long> candidates,
      Optional<Long> represented,
      Optional<Long> scored,
      Optional<Long> deadLetters) {
    static FlowView of(Instant at, Flow flow) {
      return new FlowView(
          at.toString(), flow.candidates(), flow.represented(), flow.scored(), flow.deadLetters());
    }
  }

  /** How many jobs have which state. */
  record JobCounts(long open, long finished, long failed, long cancelled) {
    static JobCounts of(List<JobStateView> jobs) {
      return new JobCounts(
          count(jobs, "open"),
          count(jobs, "finished"),
          count(jobs, "failed"),
          count(jobs, "cancelled"));
    }

    private static long count(List<JobStateView> jobs, String state) {
      return jobs.stream().filter(job -> job.state().equals(state)).count();
    }
  }

  /** A service, as described in {@link ServiceState}. */
  record ServiceView(
      String service,
      String name,
      String state,
      String detail,
      Optional<Integer> members,
      Optional<Long> lag,
      String since) {
    static ServiceView of(ServiceState state) {
      return new ServiceView(
          state.service().label(),
          state.name(),
          state.state().label(),
          state.detail(),
          state.members(),
          state.lag(),
          state.since().toString());
    }

    static List<ServiceView> of(ClusterSample sample) {
      return sample.services().stream().map(ServiceView::of).toList();
    }
  }
}
