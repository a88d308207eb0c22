package io.sluice.streams.select;

import static java.util.Comparator.comparingInt;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.streams.revision.TaskKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The state stores of the second stage, partitioned by task id. Not thread-safe; owned by the
 * processor of one partition. The store names that are not private are used by {@link
 * SelectionQueries}.
 *
 * <p>The published subset is stored too. It differs from the selection until the next publication,
 * and after a failure in between, only this store knows what consumers have read.
 */
final class SelectStores {
  /** Task id to TargetTask: the revision that is served. */
  static final String TASKS = "tasks";

  /** Task id to TargetTask: a newer revision that is not yet served, if any. */
  static final String INCOMING_TASKS = "incoming-tasks";

  /** TaskKey of a candidate to Nomination. */
  static final String NOMINATIONS = "nominations";

  /** TaskKey of a job to FineTuneJob: all jobs of a task, of all its revisions. */
  static final String JOBS = "jobs";

  /** Task id to TaskStatus, as last published; kept in memory only. */
  static final String STATUSES = "task-statuses";

  private static final String POOL_COUNTS = "pool-counts";
  private static final String PUBLISHED = "published";
  private static final String JOB_MEMBERS = "job-members";

  private final KeyValueStore<String, TargetTask> tasks;
  private final KeyValueStore<String, TargetTask> incoming;
  private final KeyValueStore<TaskKey, Nomination> nominations;
  private final KeyValueStore<TaskKey, PoolCount> poolCounts;
  private final KeyValueStore<TaskKey, SubsetPlace> published;
  private final KeyValueStore<TaskKey, FineTuneJob> jobs;
  private final KeyValueStore<JobMember, byte[]> jobMembers;
  private final KeyValueStore<String, TaskStatus> statuses;
  private final PoolContents contents;

  SelectStores(ProcessorContext<?, ?> context) {
    tasks = context.getStateStore(TASKS);
    incoming = context.getStateStore(INCOMING_TASKS);
    nominations = context.getStateStore(NOMINATIONS);
    poolCounts = context.getStateStore(POOL_COUNTS);
    published = context.getStateStore(PUBLISHED);
    jobs = context.getStateStore(JOBS);
    jobMembers = context.getStateStore(JOB_MEMBERS);
    statuses = context.getStateStore(STATUSES);
    contents = new PoolContents(context);
  }

  /**
   * The builders of the stores that the processor owns.
   *
   * @param kind creates the supplier of a store of the given name
   */
  static Set<StoreBuilder<?>> builders(
      AvroSerdes avro, Function<String, KeyValueBytesStoreSupplier> kind) {
    Set<StoreBuilder<?>> builders = new HashSet<>(PoolContents.builders(kind));
    builders.addAll(
        Set.of(
            Stores.keyValueStoreBuilder(
                kind.apply(TASKS), Serdes.String(), avro.<TargetTask>value()),
            Stores.keyValueStoreBuilder(
                kind.apply(INCOMING_TASKS), Serdes.String(), avro.<TargetTask>value()),
            Stores.keyValueStoreBuilder(
                kind.apply(NOMINATIONS), TaskKey.serde(), avro.<Nomination>value()),
            Stores.keyValueStoreBuilder(
                kind.apply(POOL_COUNTS), TaskKey.serde(), avro.<PoolCount>value()),
            Stores.keyValueStoreBuilder(
                kind.apply(PUBLISHED), TaskKey.serde(), SubsetPlace.serde()),
            Stores.keyValueStoreBuilder(
                kind.apply(JOBS), TaskKey.serde(), avro.<FineTuneJob>value()),
            Stores.keyValueStoreBuilder(
                kind.apply(JOB_MEMBERS), JobMember.serde(), Serdes.ByteArray()),
            Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(STATUSES),
                    Serdes.String(),
                    avro.<TaskStatus>value())
                .withLoggingDisabled()));
    return builders;
  }

  /** The served revision of every task. */
  List<TargetTask> served() {
    List<TargetTask> all = new ArrayList<>();
    try (KeyValueIterator<String, TargetTask> iterator = tasks.all()) {
      iterator.forEachRemaining(entry -> all.add(entry.value));
    }
    return all;
  }

  void putServed(TargetTask task) {
    tasks.put(task.getTaskId(), task);
  }

  Optional<TargetTask> incoming(String taskId) {
    return Optional.ofNullable(incoming.get(taskId));
  }

  void putIncoming(TargetTask task) {
    incoming.put(task.getTaskId(), task);
  }

  void dropIncoming(String taskId) {
    incoming.delete(taskId);
  }

  /** The contents in the pools of the tasks whose contents count once. */
  PoolContents contents() {
    return contents;
  }

  /**
   * Deletes everything stored for a revision except its jobs, and except the contents in its pool,
   * which {@link PoolContents#deleteDropped} deletes in steps.
   */
  void dropRevision(TargetTask task) {
    TaskKey revision = revision(task);
    for (KeyValueStore<TaskKey, ?> store : List.of(nominations, poolCounts, published)) {
      deletePrefix(store, revision);
    }
    if (task.getRules().getDuplicates() == Duplicates.ONE) {
      contents.drop(revision);
    }
  }

  /** Deletes the remaining entries of a task whose revisions were dropped. Its jobs are kept. */
  void dropTask(String taskId) {
    tasks.delete(taskId);
    incoming.delete(taskId);
    statuses.delete(taskId);
  }

  Optional<Nomination> nomination(TaskKey key) {
    return Optional.ofNullable(nominations.get(key));
  }

  /**
   * The nomination of a selected candidate.
   *
   * @throws IllegalStateException when there is none, which is a defect
   */
  Nomination nominationOf(TaskKey key) {
    return nomination(key)
        .orElseThrow(
            () ->
                new IllegalStateException("a selected candidate has no nomination: " + key.item()));
  }

  void putNomination(TaskKey key, Nomination nomination) {
    nominations.put(key, nomination);
  }

  void dropNomination(TaskKey key) {
    nominations.delete(key);
  }

  void forEachNomination(TaskKey revision, BiConsumer<String, Nomination> visitor) {
    forEach(nominations, revision, visitor);
  }

  Optional<PoolCount> poolCount(TaskKey key) {
    return Optional.ofNullable(poolCounts.get(key));
  }

  void putPoolCount(TaskKey key, PoolCount count) {
    poolCounts.put(key, count);
  }

  void forEachPoolCount(TaskKey revision, BiConsumer<String, PoolCount> visitor) {
    forEach(poolCounts, revision, visitor);
  }

  void putPublished(TaskKey key, SubsetPlace place) {
    published.put(key, place);
  }

  void dropPublished(TaskKey key) {
    published.delete(key);
  }

  void forEachPublished(TaskKey revision, BiConsumer<String, SubsetPlace> visitor) {
    forEach(published, revision, visitor);
  }

  void putJob(FineTuneJob job) {
    jobs.put(new TaskKey(job.getTaskId(), job.getRevision(), job.getJobId()), job);
  }

  /** Stores which parts of a job's dataset a candidate is in. */
  void putMember(JobMember member, Membership membership) {
    jobMembers.put(member, membership.bytes());
  }

  /**
   * Reads the jobs of all revisions of a task, with the candidates that were retracted from them.
   * The last job of each budget of the served revision is returned with its selected candidates,
   * since the next job's turnover is measured against these.
   */
  TaskJobs jobs(TargetTask served) {
    TaskJobs found = new TaskJobs();
    Map<Integer, FineTuneJob> last = new HashMap<>();
    try (KeyValueIterator<TaskKey, FineTuneJob> entries =
        jobs.prefixScan(served.getTaskId(), TaskKey.ofTask())) {
      while (entries.hasNext()) {
        FineTuneJob job = entries.next().value;
        found.putChanged(job);
        if (job.getRevision() == served.getRevision()) {
          last.merge(
              job.getBudget(), job, BinaryOperator.maxBy(comparingInt(FineTuneJob::getSequence)));
        }
      }
    }
    Map<String, Set<String>> selected = new HashMap<>();
    last.values().forEach(job -> selected.put(job.getJobId(), new HashSet<>()));
    try (KeyValueIterator<JobMember, byte[]> members =
        jobMembers.prefixScan(served.getTaskId(), TaskKey.ofTask())) {
      while (members.hasNext()) {
        KeyValue<JobMember, byte[]> member = members.next();
        Membership membership = Membership.of(member.value);
        if (membership.selected() && selected.containsKey(member.key.jobId())) {
          selected.get(member.key.jobId()).add(member.key.candidateId());
        }
        if (membership.retracted()) {
          found.retract(member.key.jobId(), member.key.candidateId());
        }
      }
    }
    last.values().forEach(job -> found.putFired(job, selected.get(job.getJobId())));
    return found;
  }

  /** The memberships of a candidate in the datasets of a task's jobs, over all revisions. */
  Map<JobMember, Membership> memberships(String taskId, String candidateId) {
    Map<JobMember, Membership> found = new HashMap<>();
    try (KeyValueIterator<JobMember, byte[]> members =
        jobMembers.prefixScan(JobMember.ofCandidate(taskId, candidateId), JobMember.prefix())) {
      members.forEachRemaining(member -> found.put(member.key, Membership.of(member.value)));
    }
    return found;
  }

  void putStatus(TaskStatus status) {
    statuses.put(status.getTaskId(), status);
  }

  private static TaskKey revision(TargetTask task) {
    return TaskKey.prefix(task.getTaskId(), task.getRevision());
  }

  private static <V> void forEach(
      KeyValueStore<TaskKey, V> store, TaskKey prefix, BiConsumer<String, V> visitor) {
    try (KeyValueIterator<TaskKey, V> entries =
        store.prefixScan(prefix, TaskKey.serde().serializer())) {
      while (entries.hasNext()) {
        KeyValue<TaskKey, V> entry = entries.next();
        visitor.accept(entry.key.item(), entry.value);
      }
    }
  }

  private static <V> void deletePrefix(KeyValueStore<TaskKey, V> store, TaskKey prefix) {
    try (KeyValueIterator<TaskKey, V> entries =
        store.prefixScan(prefix, TaskKey.serde().serializer())) {
      entries.forEachRemaining(entry -> store.delete(entry.key));
    }
  }
}
