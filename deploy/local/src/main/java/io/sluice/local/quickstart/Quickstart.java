package io.sluice.local.quickstart;

import io.sluice.local.services.KeptTasks;
import io.sluice.local.stack.CloseStack;
import io.sluice.local.stack.LocalStack;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.client.Subset;
import io.sluice.streams.client.SubsetReader;
import io.sluice.streams.client.SubsetWriter;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Sends one file of candidates through the whole pipeline, waits until the subsets are final, and
 * reports the results.
 */
public final class Quickstart {
  private static final long POLL_MILLIS = 200;
  private static final int INVALID_LINES_SHOWN = 10;

  /** Once the worker is idle, the streams-app needs seconds. A minute indicates a defect. */
  private static final Duration SCORED_WITHIN = Duration.ofMinutes(5);

  private final QuickstartPlan plan;
  private final LocalStack.Settings settings;
  private final ProgressDisplay display;

  /**
   * Creates a quickstart that has not started yet.
   *
   * @param plan what to do; {@link QuickstartPlan#check} has passed
   * @param settings directory, ports and topics of the stack
   * @param display shows the progress; closed before the outcome is handed over
   */
  public Quickstart(QuickstartPlan plan, LocalStack.Settings settings, ProgressDisplay display) {
    this.plan = plan;
    this.settings = settings;
    this.display = display;
  }

  /** Receives the outcome of a quickstart while all services still run. */
  public interface OutcomeHandler {
    /** Handles the outcome, on the thread that runs the quickstart. */
    void accept(Outcome outcome) throws IOException, InterruptedException;
  }

  /**
   * Runs the quickstart. When the plan says to keep the services running, the method returns only
   * when it is interrupted or a service fails.
   *
   * @param handler receives the outcome
   * @throws IOException when a file cannot be used or written
   * @throws IllegalStateException when a service fails
   * @throws InterruptedException when the thread is interrupted; all services are stopped then
   */
  public void run(OutcomeHandler handler) throws IOException, InterruptedException {
    display.phase("reading the inputs");
    Inputs inputs = Inputs.prepare(plan, settings.directory().resolve("bundled"));
    try (CloseStack parts = new CloseStack()) {
      Pipeline pipeline = parts.push(Pipeline.start(settings, plan, inputs, display));
      List<TargetTask> tasks = new ArrayList<>();
      for (TargetTask task : inputs.tasks()) {
        tasks.add(new TargetTasks(pipeline.kafka()).put(task).task());
      }
      // A task that has just got a new revision is represented anew, and the others are not.
      KeptTasks.requireSameVectors(
          pipeline.kafka(),
          inputs.representationId(),
          pipeline.fingerprint(),
          settings.directory());
      Watch watch = parts.push(new Watch(pipeline.kafka(), tasks, pipeline.workerGroup()));
      Feed feed =
          parts.push(
              new Feed(
                  pipeline.kafka(),
                  inputs.candidates(),
                  plan.forms(),
                  plan.limit(),
                  invalidLines()));
      awaitDrained(pipeline, tasks, watch, feed);
      Outcome outcome = outcome(pipeline, inputs, tasks, watch, feed);
      display.close();
      handler.accept(outcome);
      while (plan.keep()) {
        pipeline.requireRunning();
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private void awaitDrained(Pipeline pipeline, List<TargetTask> tasks, Watch watch, Feed feed)
      throws IOException, InterruptedException {
    long workerIdleSince = Long.MAX_VALUE;
    while (true) {
      boolean allSent = feed.isDone();
      if (allSent) {
        feed.report();
      }
      boolean workerIdle = allSent && watch.isWorkerDone();
      boolean drained = watch.isAllScored() && workerIdle;
      display.show(progress(pipeline, tasks, watch, feed));
      if (drained) {
        return;
      }
      pipeline.requireRunning();
      requireUsable(pipeline, watch);
      if (!workerIdle) {
        workerIdleSince = System.nanoTime();
      } else if (System.nanoTime() - workerIdleSince > SCORED_WITHIN.toNanos()) {
        throw new IllegalStateException(
            "the streams-app did not score all %d represented candidates within %d s: see the log"
                .formatted(watch.pool().size(), SCORED_WITHIN.toSeconds()));
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** A dead letter of one of these topics means that the subsets never become final. */
  private static void requireUsable(Pipeline pipeline, Watch watch) {
    Topics topics = pipeline.kafka().topics();
    requireNone(watch, topics.targetTasks(), "a target task cannot be represented");
    requireNone(watch, topics.queryRepresentations(), "a represented query cannot be used");
    requireNone(watch, topics.representations(), "a represented candidate cannot be scored");
  }

  private static void requireNone(Watch watch, String topic, String problem) {
    watch
        .deadLetters()
        .reasonIn(topic)
        .ifPresent(
            reason -> {
              throw new IllegalStateException(problem + ": " + reason);
            });
  }

  private static Progress progress(
      Pipeline pipeline, List<TargetTask> tasks, Watch watch, Feed feed) {
    return new Progress(
        feed.sent(),
        feed.isDone(),
        watch.pool().size(),
        pipeline.services().worker().progress().examplesPerSecond(),
        watch.deadLetters().total(),
        tasks.stream().map(task -> progress(task, watch)).toList());
  }

  private static Progress.TaskProgress progress(TargetTask task, Watch watch) {
    Optional<TaskStatus> status = watch.status(task);
    return new Progress.TaskProgress(
        task.getTaskId(), status.map(TaskStatus::getPool).orElse(0L), TierFill.of(task, status));
  }

  private Outcome outcome(
      Pipeline pipeline, Inputs inputs, List<TargetTask> tasks, Watch watch, Feed feed)
      throws IOException, InterruptedException {
    SubsetReader reader = new SubsetReader(pipeline.kafka());
    List<Outcome.Task> results = new ArrayList<>();
    for (TargetTask task : tasks) {
      TaskStatus status = watch.status(task).orElseThrow();
      List<Integer> budgets = task.getBudgets();
      Subset subset = reader.read(task.getTaskId(), budgets.get(budgets.size() - 1));
      if (subset.entries().size() != status.getSelected()) {
        throw new IllegalStateException(
            "task %s: %d candidates are selected, but topic selected holds %d of them"
                .formatted(task.getTaskId(), status.getSelected(), subset.entries().size()));
      }
      results.add(new Outcome.Task(status, subset, write(subset)));
    }
    return new Outcome(
        pipeline.connection(),
        pipeline.services().app().apiAddress().orElseThrow(),
        feed.report(),
        new Outcome.Pool(
            inputs.model().base(), inputs.candidates(), plan.forms(), watch.pool().sources()),
        watch.deadLetters().counts(),
        results);
  }

  private Path write(Subset subset) throws IOException {
    Path file = plan.out().resolve(subset.task().getTaskId() + ".jsonl");
    try (Writer writer = Files.newBufferedWriter(file)) {
      SubsetWriter.write(subset, writer);
    }
    return file;
  }

  private Consumer<CandidateLine.Invalid> invalidLines() {
    AtomicInteger count = new AtomicInteger();
    return line -> {
      int seen = count.incrementAndGet();
      if (seen <= INVALID_LINES_SHOWN) {
        display.message("%s is left out: %s".formatted(line.place(), line.reason()));
      } else if (seen == INVALID_LINES_SHOWN + 1) {
        display.message("more lines are left out; their number is shown at the end");
      }
    };
  }
}
