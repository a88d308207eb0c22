package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.CancelJob;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.JobState;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.select.SubsetQueries.HeldBesideSample;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The second stage on its own, with everything that consumers have read from its topics. */
public final class SelectFixture {
  /** The smallest one, so that a test soon fills a record. */
  static final RecordLimit LIMIT = new RecordLimit(RecordLimit.MIN_BYTES);

  /** Of bytes: room for some dozen summaries, so that readers often find that theirs have gone. */
  private static final long KEPT = 10_000;

  private final MockProcessorContext<String, SelectOutput> context =
      new MockProcessorContext<>(new Properties(), new TaskId(1, 0), new File("/nonexistent"));
  private final int shards;
  private final ServedSubsets served = ServedSubsets.keeping(KEPT);
  private final Map<String, Map<String, SelectedInstruction>> subsets = new HashMap<>();
  private final Map<String, TaskStatus> statuses = new HashMap<>();
  private final Map<String, FineTuneJob> jobs = new HashMap<>();
  private final List<FiredJob> fired = new ArrayList<>();
  private final List<FineTuneJob> jobChanges = new ArrayList<>();
  private SelectProcessor processor;
  private int earlierPunctuators;

  public SelectFixture(int shards) {
    this.shards = shards;
    context.setCurrentSystemTimeMs(0);
    AvroSerdes avro = AvroSerdes.forRegistry("mock://" + UUID.randomUUID());
    for (StoreBuilder<?> builder : SelectStores.builders(avro, Stores::inMemoryKeyValueStore)) {
      StateStore store = builder.withLoggingDisabled().withCachingDisabled().build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
    }
    restart();
  }

  /** Replaces the processor by a new one that starts with the current stores. */
  public void restart() {
    // The context also keeps the punctuators of earlier processors.
    earlierPunctuators = context.scheduledPunctuators().size();
    processor = new SelectProcessor(Duration.ofMillis(1), shards, LIMIT, served);
    processor.init(context);
  }

  private void process(SelectInput input) {
    processor.process(new Record<>("", input, 0));
    consume();
  }

  public void define(TargetTask task) {
    process(new SelectInput.TaskDefined(task));
  }

  public void remove(String taskId) {
    process(new SelectInput.TaskRemoved(taskId));
  }

  /** Requests that a job be fired, as a user does. */
  public void fire(String taskId, int budget, String requestId) {
    process(new SelectInput.JobRequested(new JobRequest(requestId, taskId, new FireJob(budget))));
  }

  /** Requests that a job be cancelled, as a user does. */
  public void cancel(String taskId, String jobId) {
    process(new SelectInput.JobRequested(new JobRequest("r", taskId, new CancelJob(jobId))));
  }

  /** Ends a job, as a trainer does. */
  public void end(String jobId, FineTuneState state) {
    process(
        new SelectInput.JobEnded(
            FineTuneResult.newBuilder()
                .setJobId(jobId)
                .setTaskId(jobs.get(jobId).getTaskId())
                .setState(state)
                .setDetail("reported by the test")
                .build()));
  }

  void advance(Duration time) {
    context.setCurrentSystemTimeMs(context.currentSystemTimeMs() + time.toMillis());
  }

  public void report(ShardReport report) {
    process(new SelectInput.ShardReported(report));
  }

  /** Lets the processor publish changes, and returns the published statuses. */
  public List<TaskStatus> tick() {
    punctuators().forEach(each -> each.getPunctuator().punctuate(0));
    return consume();
  }

  private List<TaskStatus> consume() {
    Consumers consumers = new Consumers();
    context.forwarded().forEach(forward -> forward.record().value().accept(consumers));
    context.resetForwards();
    return consumers.published;
  }

  /** Reads publications as consumers do, and checks what must hold for each of them. */
  private final class Consumers implements SelectOutput.Handler {
    private final List<TaskStatus> published = new ArrayList<>();

    @Override
    public void onSelected(SelectedKey key, Optional<SelectedInstruction> instruction) {
      Map<String, SelectedInstruction> subset =
          subsets.computeIfAbsent(key.getTaskId(), id -> new HashMap<>());
      instruction.ifPresentOrElse(
          selected -> subset.put(selected.getCandidateId(), selected),
          () -> subset.remove(key.getCandidateId()));
    }

    @Override
    public void onStatus(String taskId, Optional<TaskStatus> status) {
      status.ifPresentOrElse(
          value -> {
            assertThat(value.getPool()).isNotNegative();
            assertThat(value.getLeftOut().values()).as("left out").allMatch(n -> n > 0);
            published.add(value);
            statuses.put(taskId, value);
          },
          () -> statuses.remove(taskId));
    }

    @Override
    public void onJobFired(FineTuneJob job, List<DatasetRecord> dataset) {
      assertThat(open())
          .as("open jobs of one task and budget")
          .noneMatch(
              other ->
                  other.getTaskId().equals(job.getTaskId())
                      && other.getBudget() == job.getBudget());
      assertThat(FrozenDataset.of(job, dataset).selected())
          .hasSizeBetween(job.getBudgetTokens() > 0 ? 1 : job.getBudget(), job.getBudget());
      fired.add(new FiredJob(job, dataset));
      jobs.put(job.getJobId(), job);
    }

    @Override
    public void onJobChanged(FineTuneJob job) {
      jobChanges.add(job);
      jobs.put(job.getJobId(), job);
    }
  }

  /** The subset of a task as published, by candidate id. */
  public Map<String, SelectedInstruction> subset(String taskId) {
    return subsets.getOrDefault(taskId, Map.of());
  }

  /**
   * The subset of a budget as readers of this instance find it, who keep summaries for each other.
   */
  public HeldPage read(String taskId, int budget) {
    return view(
        taskId, view -> view.page(Optional.of(budget), Optional.empty(), 0, Integer.MAX_VALUE));
  }

  /** The candidates of the largest subset that a filter accepts, as such readers find them. */
  public HeldPage read(String taskId, SubsetFilter wanted) {
    return view(
        taskId, view -> view.page(Optional.empty(), Optional.of(wanted), 0, Integer.MAX_VALUE));
  }

  /** The summaries of the largest subset and of the random control, as such readers find them. */
  public HeldBesideSample summaries(String taskId) {
    return view(
        taskId,
        view ->
            view.summaries(Optional.empty())
                .map(held -> new HeldBesideSample(held, view.sample())));
  }

  private <T> T view(String taskId, Function<SubsetView, Optional<T>> use) {
    ServedSubset subset = served.find(0, taskId).orElseThrow();
    ServedSubset.Version version = subset.version(Duration.ZERO).orElseThrow();
    TargetTask task = version.task();
    SelectStores stores = new SelectStores(context);
    T found =
        use.apply(
                subset.view(
                    new HeldTask(task, Optional.empty(), Optional.empty()),
                    version,
                    id -> stores.nomination(new TaskKey(task.getTaskId(), task.getRevision(), id))))
            .orElseThrow();
    served.used(subset);
    return found;
  }

  public Map<String, TaskStatus> statuses() {
    return statuses;
  }

  /** Every job that has ever fired, as first published. */
  public List<FiredJob> fired() {
    return fired;
  }

  /** The job records that were published after the jobs had fired. */
  List<FineTuneJob> jobChanges() {
    return jobChanges;
  }

  /** The job as last published. */
  public FineTuneJob job(String jobId) {
    return jobs.get(jobId);
  }

  /** The last published records of the jobs that have not ended, ordered by id. */
  public List<FineTuneJob> open() {
    return jobs.values().stream()
        .filter(job -> job.getState() == JobState.OPEN)
        .sorted(Comparator.comparing(FineTuneJob::getJobId))
        .toList();
  }

  /** How many contents are stored in the pool of a revision. */
  long storedContents(String taskId, int revision) {
    return new SelectStores(context).contents().count(TaskKey.prefix(taskId, revision));
  }

  private List<CapturedPunctuator> punctuators() {
    List<CapturedPunctuator> all = context.scheduledPunctuators();
    return List.copyOf(all.subList(earlierPunctuators, all.size()));
  }

  /** A job as first published, and its frozen examples. */
  public record FiredJob(FineTuneJob job, List<DatasetRecord> dataset) {
    public FiredJob {
      dataset = List.copyOf(dataset);
    }
  }
}
