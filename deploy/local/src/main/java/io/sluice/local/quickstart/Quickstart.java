package io.sluice.local.quickstart;

import io.sluice.local.stack.CloseStack;
import io.sluice.local.stack.LocalStack;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.file.CandidateLine;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Runs the whole way of the data over one file of candidates, and says what came of it. */
public final class Quickstart {
  private static final long LOOK_EVERY_MILLIS = 200;
  private static final int INVALID_LINES_TOLD = 10;

  /** With nothing left for the worker, the streams-app needs seconds; a minute means a defect. */
  private static final Duration SCORED_WITHIN = Duration.ofSeconds(60);

  private final QuickstartPlan plan;
  private final LocalStack.Settings settings;
  private final ProgressDisplay display;

  /**
   * A quickstart.
   *
   * @param plan what to do, checked
   * @param settings where the stack is to run
   * @param display is shown how far it is
   */
  public Quickstart(QuickstartPlan plan, LocalStack.Settings settings, ProgressDisplay display) {
    this.plan = plan;
    this.settings = settings;
    this.display = display;
  }

  /** Is given what came of a quickstart, while everything still runs. */
  public interface Finished {
    /** Takes the outcome. */
    void accept(Outcome outcome) throws IOException, InterruptedException;
  }

  /**
   * Does it, and when it is to be kept goes on until interrupted.
   *
   * @param finished is given the outcome
   * @throws IOException when a file cannot be used or written
   * @throws IllegalStateException when a part of the pipeline fails
   */
  public void run(Finished finished) throws IOException, InterruptedException {
    display.phase("reading the inputs");
    Inputs inputs = Inputs.gather(plan, settings.directory().resolve("bundled"));
    try (CloseStack parts = new CloseStack()) {
      Pipeline pipeline = parts.push(Pipeline.start(settings, plan.features(), inputs, display));
      List<TargetTask> tasks = new ArrayList<>();
      for (TargetTask task : inputs.tasks()) {
        tasks.add(new TargetTasks(pipeline.kafka()).put(task).task());
      }
      Watch watch = parts.push(new Watch(pipeline.kafka(), tasks, pipeline.workerGroup()));
      Feed feed =
          parts.push(new Feed(pipeline.kafka(), inputs.candidates(), plan.limit(), invalidLines()));
      awaitDrained(pipeline, tasks, watch, feed);
      Outcome outcome = outcome(pipeline, inputs, tasks, watch, feed);
      display.close();
      finished.accept(outcome);
      while (plan.keep()) {
        pipeline.requireRunning();
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    }
  }

  private void awaitDrained(Pipeline pipeline, List<TargetTask> tasks, Watch watch, Feed feed)
      throws IOException, InterruptedException {
    long workerDone = Long.MAX_VALUE;
    while (true) {
      boolean fed = feed.isDone();
      if (fed) {
        feed.report();
      }
      boolean worked = fed && watch.isWorkerDone();
      boolean drained = watch.isAllScored() && worked;
      display.show(progress(pipeline, tasks, watch, feed));
      if (drained) {
        return;
      }
      pipeline.requireRunning();
      requireUsableTasks(pipeline, watch);
      if (!worked) {
        workerDone = System.nanoTime();
      } else if (System.nanoTime() - workerDone > SCORED_WITHIN.toNanos()) {
        throw new IllegalStateException(
            "the streams-app has not scored all %d represented candidates within %d s"
                .formatted(watch.pool().size(), SCORED_WITHIN.toSeconds()));
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
  }

  private static void requireUsableTasks(Pipeline pipeline, Watch watch) {
    watch
        .deadLetters()
        .reasonIn(pipeline.kafka().topics().targetTasks())
        .ifPresent(
            reason -> {
              throw new IllegalStateException("a task cannot be represented: " + reason);
            });
  }

  private static Progress progress(
      Pipeline pipeline, List<TargetTask> tasks, Watch watch, Feed feed) {
    return new Progress(
        feed.sent(),
        feed.isDone(),
        watch.pool().size(),
        pipeline.worker().progress().examplesPerSecond(),
        watch.deadLetters().total(),
        tasks.stream().map(task -> progress(task, watch)).toList());
  }

  private static Progress.TaskProgress progress(TargetTask task, Watch watch) {
    return watch
        .status(task)
        .map(
            status ->
                new Progress.TaskProgress(
                    task.getTaskId(),
                    status.getPool(),
                    status.getTiers().stream()
                        .map(tier -> new Progress.Tier(tier.getBudget(), tier.getFilled()))
                        .toList()))
        .orElseGet(
            () ->
                new Progress.TaskProgress(
                    task.getTaskId(),
                    0,
                    task.getBudgets().stream().map(b -> new Progress.Tier(b, 0)).toList()));
  }

  private Outcome outcome(
      Pipeline pipeline, Inputs inputs, List<TargetTask> tasks, Watch watch, Feed feed)
      throws IOException, InterruptedException {
    SubsetReader reader = new SubsetReader(pipeline.kafka());
    List<Outcome.Task> ended = new ArrayList<>();
    for (TargetTask task : tasks) {
      TaskStatus status = watch.status(task).orElseThrow();
      List<Integer> budgets = task.getBudgets();
      Subset subset = reader.read(task.getTaskId(), budgets.get(budgets.size() - 1));
      if (subset.entries().size() != status.getSelected()) {
        throw new IllegalStateException(
            "task %s has selected %d candidates, of which %d can be read"
                .formatted(task.getTaskId(), status.getSelected(), subset.entries().size()));
      }
      ended.add(new Outcome.Task(status, subset, write(subset)));
    }
    return new Outcome(
        pipeline.kafka().config(),
        pipeline.app().apiAddress().orElseThrow(),
        feed.report(),
        new Outcome.Pool(inputs.model().base(), inputs.candidates(), watch.pool().sources()),
        watch.deadLetters().counts(),
        ended);
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
      if (seen <= INVALID_LINES_TOLD) {
        display.tell("line %d is left out: %s".formatted(line.line(), line.reason()));
      } else if (seen == INVALID_LINES_TOLD + 1) {
        display.tell("more lines are left out; they are counted at the end");
      }
    };
  }
}
