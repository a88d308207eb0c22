package io.sluice.local.crash;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until a deployment is quiet: all instances are ready, every record is consumed, every task
 * has counted its whole pool and every job has ended, and all this stays so for three seconds.
 */
final class Quiet {
  private static final Logger log = LoggerFactory.getLogger(Quiet.class);
  private static final Duration QUIET_FOR = Duration.ofSeconds(3);

  private final Running deployment;
  private final Inputs inputs;
  private final Supplier<Map<String, TaskStatus>> statuses;
  private final Supplier<Set<String>> openJobs;
  private final Admin admin;
  private final String results = Topics.withDefaultPrefix().fineTuneResults();

  Quiet(
      Running deployment,
      Inputs inputs,
      Supplier<Map<String, TaskStatus>> statuses,
      Supplier<Set<String>> openJobs,
      Admin admin) {
    this.deployment = deployment;
    this.inputs = inputs;
    this.statuses = statuses;
    this.openJobs = openJobs;
    this.admin = admin;
  }

  void await(Duration limit) throws InterruptedException, ExecutionException {
    Instant start = Instant.now();
    Instant quietSince = Instant.MAX;
    Map<TopicPartition, Long> ends = Map.of();
    String lastPending = "";
    while (Instant.now().isBefore(start.plus(limit))) {
      deployment.requireAlive();
      Map<TopicPartition, Long> before = ends;
      ends = ends();
      Optional<String> pending = pending(ends);
      if (pending.isPresent() || !before.equals(ends)) {
        quietSince = Instant.now();
      } else if (Instant.now().isAfter(quietSince.plus(QUIET_FOR))) {
        return;
      }
      String what = pending.orElse("nothing is in flight");
      if (!what.equals(lastPending)) {
        log.atInfo()
            .addKeyValue("seconds", Duration.between(start, Instant.now()).toSeconds())
            .log(what);
        lastPending = what;
      }
      Thread.sleep(1_000);
    }
    throw new AssertionError("not quiet within " + limit + ": " + lastPending);
  }

  private Optional<String> pending(Map<TopicPartition, Long> ends)
      throws ExecutionException, InterruptedException {
    return notReady().or(() -> lag(ends)).or(this::unfinishedTask).or(this::openJob);
  }

  private Optional<String> notReady() {
    return deployment.isReady() ? Optional.empty() : Optional.of("an instance is not ready");
  }

  /**
   * Returns what is not consumed yet. Reports of trainers are left out: how many markers of their
   * transactions are at the end of a partition, nobody can say, and a job has ended only when its
   * last report was consumed.
   */
  private Optional<String> lag(Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> behind = new TreeMap<>(Quiet::compare);
    Map<TopicPartition, OffsetAndMetadata> committed = committed();
    committed.keySet().removeIf(each -> each.topic().equals(results));
    committed.forEach(
        (partition, offset) -> {
          long lag = ends.get(partition) - offset.offset() - markers(partition);
          if (lag > 0) {
            behind.put(partition, lag);
          }
        });
    return behind.isEmpty() ? Optional.empty() : Optional.of("not consumed yet: " + behind);
  }

  /**
   * Returns how many records at the end of a partition may stay unconsumed: a transaction ends with
   * a marker, which consumers do not get, so the committed offset can stay before it until the next
   * record.
   */
  private static int markers(TopicPartition partition) {
    return partition.topic().endsWith("-repartition") ? 1 : 0;
  }

  private Map<TopicPartition, OffsetAndMetadata> committed() {
    try {
      return new HashMap<>(
          admin
              .listConsumerGroupOffsets(deployment.applicationId())
              .partitionsToOffsetAndMetadata()
              .get());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private Map<TopicPartition, Long> ends() throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> latest =
        admin
            .describeTopics(admin.listTopics().names().get())
            .allTopicNames()
            .get()
            .values()
            .stream()
            .flatMap(
                topic ->
                    topic.partitions().stream()
                        .map(each -> new TopicPartition(topic.name(), each.partition())))
            .collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest()));
    return admin.listOffsets(latest).all().get().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
  }

  private Optional<String> openJob() {
    Set<String> open = openJobs.get();
    return open.isEmpty() ? Optional.empty() : Optional.of("jobs have not ended: " + open);
  }

  private Optional<String> unfinishedTask() {
    Map<String, TaskStatus> now = statuses.get();
    return inputs.tasks().values().stream()
        .filter(task -> !isFinished(task, Optional.ofNullable(now.get(task.getTaskId()))))
        .findFirst()
        .map(
            task ->
                "the pool of %s revision %d should be %d: %s"
                    .formatted(
                        task.getTaskId(),
                        task.getRevision(),
                        poolOf(task),
                        now.get(task.getTaskId())));
  }

  private boolean isFinished(TargetTask task, Optional<TaskStatus> status) {
    return status
        .filter(each -> each.getRevision() == task.getRevision())
        .filter(each -> each.getIncoming().isEmpty())
        .filter(each -> each.getWaiting() == 0)
        .filter(each -> each.getPool() == poolOf(task))
        .isPresent();
  }

  private long poolOf(TargetTask task) {
    return inputs.candidates().keySet().stream()
        .filter(key -> key.getRepresentationId().equals(task.getRepresentationId()))
        .count();
  }

  private static int compare(TopicPartition one, TopicPartition other) {
    return one.toString().compareTo(other.toString());
  }
}
