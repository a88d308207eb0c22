package io.sluice.streams.watch;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RegistryAdmin;
import io.sluice.streams.watch.Groups.Group;
import io.sluice.streams.watch.ServiceState.Service;
import io.sluice.streams.watch.ServiceState.State;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka how many records there have been, and who works on them. An answer takes a few seconds
 * at most: what does not answer in time is away. Thread-safe; one sample is taken at a time.
 */
public final class ClusterSampler implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClusterSampler.class);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);
  private static final Duration REGISTRY_EVERY = Duration.ofSeconds(5);

  private final KafkaAccess kafka;
  private final String streamsGroup;
  private final Supplier<Optional<Integer>> instances;
  private final Clock clock;
  private final Sightings sightings = new Sightings();
  private Optional<Clients> clients = Optional.empty();
  private CompletableFuture<Optional<String>> registryAnswer =
      CompletableFuture.completedFuture(Optional.empty());
  private Instant registryAsked = Instant.EPOCH;

  /**
   * Creates it; nothing is asked yet.
   *
   * @param streamsGroup the consumer group of the streams-app, its application id
   * @param instances how many instances of the streams-app there are; empty when unknown
   */
  public ClusterSampler(
      KafkaAccess kafka, String streamsGroup, Supplier<Optional<Integer>> instances, Clock clock) {
    this.kafka = kafka;
    this.streamsGroup = streamsGroup;
    this.instances = instances;
    this.clock = clock;
  }

  /** What asks, from the first sample on. */
  private record Clients(Admin admin, RegistryAdmin registry) {}

  private Clients clients() {
    Clients open = clients.orElseGet(() -> new Clients(kafka.admin(), kafka.registryAdmin()));
    clients = Optional.of(open);
    return open;
  }

  /** Takes a sample; whatever cannot be learnt is said in it. */
  public synchronized ClusterSample sample() {
    Instant now = clock.instant();
    List<ServiceState> services = new ArrayList<>();
    Flow flow = Flow.UNKNOWN;
    Admin admin = clients().admin();
    try {
      Answers answers = Answers.within(ANSWER_WITHIN);
      int brokers = answers.of(admin.describeCluster().nodes()).size();
      services.add(
          sightings.note(
              Service.KAFKA,
              "",
              State.UP,
              brokers == 1 ? "1 broker" : brokers + " brokers",
              Optional.of(brokers),
              Optional.empty(),
              now));
      flow = withGroups(admin, answers, services, now);
    } catch (ExecutionException e) {
      services.addAll(without(e.getCause().getMessage(), services, now));
    } catch (TimeoutException e) {
      services.addAll(
          without("no answer within " + ANSWER_WITHIN.toSeconds() + " s", services, now));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      services.addAll(without("this instance is shutting down", services, now));
    }
    services.add(1, registry(now));
    return new ClusterSample(now, flow, services);
  }

  private Flow withGroups(Admin admin, Answers answers, List<ServiceState> services, Instant now)
      throws ExecutionException, TimeoutException, InterruptedException {
    String candidates = kafka.topics().candidates();
    String representations = kafka.topics().representations();
    String jobs = kafka.topics().fineTuneJobs();
    String deadLetters = kafka.topics().deadLetters();
    Map<TopicPartition, Long> ends =
        ends(admin, answers, List.of(candidates, representations, jobs, deadLetters));
    Groups groups =
        Groups.of(admin, List.of(kafka.topics().prefix(), "sluice", streamsGroup), answers);
    Optional<Group> streams = Optional.ofNullable(groups.byName().get(streamsGroup));
    services.add(
        sightings.note(
            Service.STREAMS,
            "",
            State.UP,
            instances.get().map(ClusterSampler::instances).orElse("partitions are moving"),
            instances.get(),
            streams.map(group -> group.lag(representations, ends)),
            now));
    addGroups(Service.WORKER, candidates, groups, ends, services, now);
    addGroups(Service.TRAINER, jobs, groups, ends, services, now);
    return new Flow(
        sum(candidates, ends),
        sum(representations, ends),
        streams.map(group -> group.committed(representations)),
        sum(deadLetters, ends));
  }

  private static String instances(int number) {
    return number == 1 ? "1 instance" : number + " instances";
  }

  private void addGroups(
      Service service,
      String topic,
      Groups groups,
      Map<TopicPartition, Long> ends,
      List<ServiceState> services,
      Instant now) {
    int before = services.size();
    groups.byName().entrySet().stream()
        .filter(each -> !each.getKey().equals(streamsGroup))
        .filter(each -> each.getValue().topics().contains(topic))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            each -> {
              Group group = each.getValue();
              services.add(
                  sightings.note(
                      service,
                      each.getKey(),
                      group.members() > 0 ? State.UP : State.AWAY,
                      group.members() > 0
                          ? "%d %s".formatted(group.members(), service.label())
                              + (group.members() == 1 ? "" : "s")
                          : "no %s runs".formatted(service.label()),
                      Optional.of(group.members()),
                      Optional.of(group.lag(topic, ends)),
                      now));
            });
    if (services.size() == before) {
      services.add(
          sightings.note(
              service,
              "",
              State.AWAY,
              "no group that the streams-app may see has ever read " + topic,
              Optional.of(0),
              Optional.empty(),
              now));
    }
  }

  /** Whatever is not in the list yet, when Kafka has not answered. */
  private List<ServiceState> without(String reason, List<ServiceState> known, Instant now) {
    List<ServiceState> rest = new ArrayList<>();
    for (Service service :
        List.of(Service.KAFKA, Service.STREAMS, Service.WORKER, Service.TRAINER)) {
      if (known.stream().noneMatch(each -> each.service() == service)) {
        rest.add(
            sightings.note(
                service,
                "",
                service == Service.KAFKA ? State.AWAY : State.UNKNOWN,
                service == Service.KAFKA ? reason : "Kafka does not say: " + reason,
                Optional.empty(),
                Optional.empty(),
                now));
      }
    }
    return rest;
  }

  private static Optional<Long> sum(String topic, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .filter(end -> end.getKey().topic().equals(topic))
        .map(Map.Entry::getValue)
        .reduce(Long::sum);
  }

  /** Where the partitions of topics end; without those that the user may not see. */
  private Map<TopicPartition, Long> ends(Admin admin, Answers answers, List<String> topics)
      throws TimeoutException, InterruptedException {
    Map<String, KafkaFuture<TopicDescription>> described =
        admin.describeTopics(topics).topicNameValues();
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (KafkaFuture<TopicDescription> future : described.values()) {
      answers
          .ifPermitted(future)
          .ifPresent(
              topic ->
                  topic
                      .partitions()
                      .forEach(
                          each ->
                              asked.put(
                                  new TopicPartition(topic.name(), each.partition()),
                                  OffsetSpec.latest())));
    }
    ListOffsetsResult found = admin.listOffsets(asked);
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (TopicPartition partition : asked.keySet()) {
      answers
          .ifPermitted(found.partitionResult(partition))
          .ifPresent(end -> ends.put(partition, end.offset()));
    }
    return ends;
  }

  /** Its client may wait for minutes, so it is asked by another thread, now and then. */
  private ServiceState registry(Instant now) {
    if (registryAnswer.isDone() && registryAsked.plus(REGISTRY_EVERY).isBefore(now)) {
      registryAsked = now;
      RegistryAdmin registry = clients().registry();
      registryAnswer = CompletableFuture.supplyAsync(() -> ask(registry));
    }
    Optional<String> problem;
    try {
      problem = registryAnswer.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      problem = Optional.of("no answer within " + ANSWER_WITHIN.toSeconds() + " s");
    } catch (ExecutionException e) {
      problem = Optional.of(String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = Optional.of("this instance is shutting down");
    }
    return sightings.note(
        Service.REGISTRY,
        "",
        problem.isEmpty() ? State.UP : State.AWAY,
        problem.orElse(kafka.schemaRegistryUrl()),
        Optional.empty(),
        Optional.empty(),
        now);
  }

  private static Optional<String> ask(RegistryAdmin registry) {
    try {
      registry.compatibility();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public synchronized void close() {
    clients.ifPresent(ClusterSampler::close);
  }

  private static void close(Clients open) {
    open.admin().close(Duration.ZERO);
    try {
      open.registry().close();
    } catch (IOException e) {
      log.atWarn().addKeyValue("reason", e.getMessage()).log("Registry client did not close");
    }
  }
}
