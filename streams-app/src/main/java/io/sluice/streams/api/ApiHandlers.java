package io.sluice.streams.api;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import io.sluice.streams.select.SelectionUnavailable;
import io.sluice.streams.topology.SelectionService;
import io.sluice.streams.watch.ClusterSampler;
import io.sluice.streams.watch.TopicReader;
import java.time.Clock;
import java.util.Optional;

/** All that handles requests of the API, and the clients of Kafka that it has. */
record ApiHandlers(
    PageRoutes page,
    Reads reads,
    SubsetReads subsets,
    ShareReads shares,
    TaskReads tasks,
    CandidateReads candidates,
    CandidateLookup lookup,
    JobReads jobs,
    LetterReads letters,
    Downloads downloads,
    Checks checks,
    Overview overview,
    LiveEvents events,
    Writes writes,
    JobWrites jobWrites,
    TopicReader topics,
    ClusterSampler sampler)
    implements AutoCloseable {

  /**
   * Creates all of them.
   *
   * @param address host and port of this instance
   * @param service the selection from which requests are answered
   * @param metrics counts what is sent
   */
  static ApiHandlers of(
      StreamsAppConfig config, String address, SelectionService service, ApiMetrics metrics) {
    KafkaAccess kafka = config.kafkaAccess();
    int maxBytes = config.get(StreamsAppSettings.HTTP_MAX_LINE_BYTES);
    Peers peers = new Peers();
    Instances instances = new Instances(service.queries(), peers);
    CandidateLookup lookup =
        new CandidateLookup(kafka, service.queries(), service.shardRows(), peers);
    TopicReader topics = new TopicReader(kafka);
    Reads reads = new Reads(service.queries(), instances, topics);
    SubsetReads subsets = new SubsetReads(service.subsets(), instances, lookup);
    ClusterSampler sampler =
        new ClusterSampler(
            kafka,
            config.get(StreamsAppSettings.APPLICATION_ID),
            () -> instances(service),
            Clock.systemUTC());
    TaskReads tasks = new TaskReads(service.queries(), instances, topics);
    JobReads jobs = new JobReads(kafka, reads, instances, service.queries(), topics);
    Overview overview =
        new Overview(
            reads, sampler, topics, address, config.get(StreamsAppSettings.HTTP_TOKEN).isPresent());
    return new ApiHandlers(
        new PageRoutes(),
        reads,
        subsets,
        new ShareReads(service.subsets(), instances),
        tasks,
        new CandidateReads(kafka, reads, instances, service.subsets(), lookup),
        lookup,
        jobs,
        new LetterReads(kafka),
        new Downloads(subsets, instances, jobs),
        new Checks(maxBytes, tasks),
        overview,
        new LiveEvents(overview),
        new Writes(kafka, maxBytes, metrics),
        new JobWrites(kafka),
        topics,
        sampler);
  }

  /** How many instances there are; empty while that changes. */
  private static Optional<Integer> instances(SelectionService service) {
    try {
      return Optional.of(1 + service.queries().allOthers().size());
    } catch (SelectionUnavailable e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    events.close();
    topics.close();
    sampler.close();
    writes.close();
  }
}
