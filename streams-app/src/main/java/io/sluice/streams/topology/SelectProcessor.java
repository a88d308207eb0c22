package io.sluice.streams.topology;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import io.sluice.streams.selection.TierChange;
import io.sluice.streams.trigger.PoolThreshold;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The selection of every task of a partition: takes the nominations of all shards, publishes tier
 * changes and status, and fires fine-tune jobs.
 *
 * <p>The selection itself is never stored: it is a pure function of the stored nominations.
 */
final class SelectProcessor implements Processor<String, SelectInput, String, Publication> {
  private final Duration statusInterval;
  private final Map<String, TaskSelection> tasks = new HashMap<>();
  private final Set<String> changed = new HashSet<>();
  private ProcessorContext<String, Publication> context;
  private SelectStores stores;

  /**
   * A selection.
   *
   * @param statusInterval how often the status of changed tasks is published
   */
  SelectProcessor(Duration statusInterval) {
    this.statusInterval = statusInterval;
  }

  @Override
  public void init(ProcessorContext<String, Publication> context) {
    this.context = context;
    this.stores = new SelectStores(context);
    // Kafka Streams starts the same processor again when it had to roll its stores back.
    tasks.clear();
    changed.clear();
    stores.tasks().forEach(this::restore);
    context.schedule(statusInterval, PunctuationType.WALL_CLOCK_TIME, now -> publishStatus());
  }

  @Override
  public void process(Record<String, SelectInput> record) {
    SelectInput input = record.value();
    if (input instanceof SelectInput.Reported reported) {
      reported(reported.report());
    } else if (input instanceof SelectInput.TaskDefined defined) {
      taskDefined(defined.task());
    } else if (input instanceof SelectInput.TaskRemoved removed) {
      Optional.ofNullable(tasks.get(removed.taskId())).ifPresent(this::remove);
    }
  }

  private void restore(TargetTask definition) {
    TaskSelection task = new TaskSelection(definition);
    stores.forEachPoolCount(
        task.key(""), (shard, count) -> task.count(Integer.parseInt(shard), counted(count)));
    nominateAll(task);
    tasks.put(definition.getTaskId(), task);
    changed.add(definition.getTaskId());
  }

  private void taskDefined(TargetTask definition) {
    TaskSelection known = tasks.get(definition.getTaskId());
    if (known != null && known.definition().getRevision() >= definition.getRevision()) {
      return;
    }
    if (known != null) {
      clear(known);
    }
    stores.putTask(definition);
    tasks.put(definition.getTaskId(), new TaskSelection(definition));
    changed.add(definition.getTaskId());
  }

  private void remove(TaskSelection task) {
    clear(task);
    String taskId = task.definition().getTaskId();
    tasks.remove(taskId);
    changed.remove(taskId);
    publish(taskId, new Publication.Status(taskId, Optional.empty()));
  }

  private void clear(TaskSelection task) {
    publish(task, TaskSelection.difference(task.tiersById(), Map.of()));
    stores.dropTask(task.definition());
  }

  private void reported(ShardReport report) {
    TaskSelection task = tasks.get(report.getTaskId());
    if (task == null || task.definition().getRevision() != report.getRevision()) {
      // About a task or revision that is gone: the shard will hear of it too.
      return;
    }
    Object body = report.getBody();
    if (body instanceof Nomination nomination) {
      nominated(task, nomination);
    } else if (body instanceof Withdrawal withdrawal) {
      withdrawn(task, withdrawal.getCandidateId());
    } else if (body instanceof PoolCount count) {
      stores.putPoolCount(task.key(String.valueOf(report.getShard())), count);
      task.count(report.getShard(), counted(count));
      fireJobs(task);
    }
    changed.add(report.getTaskId());
  }

  private void nominated(TaskSelection task, Nomination nomination) {
    String candidateId = nomination.getCandidate().getId();
    TaskKey key = task.key(candidateId);
    if (stores.nomination(key).isEmpty()) {
      stores.putNomination(key, nomination);
      publish(task, task.nominate(candidateId, ScoreRow.unboxed(nomination.getScores())));
    }
  }

  private void withdrawn(TaskSelection task, String candidateId) {
    TaskKey key = task.key(candidateId);
    if (stores.nomination(key).isEmpty()) {
      return;
    }
    stores.dropNomination(key);
    if (task.holds(candidateId)) {
      Map<String, Integer> before = task.tiersById();
      task.reset();
      nominateAll(task);
      publish(task, TaskSelection.difference(before, task.tiersById()));
    } else {
      task.forgetOne();
    }
  }

  private void nominateAll(TaskSelection task) {
    stores.forEachNomination(
        task.key(""),
        (id, nomination) -> task.nominate(id, ScoreRow.unboxed(nomination.getScores())));
  }

  /**
   * Fires what is due. Called when a shard has counted: all that it counted has been nominated, so
   * a dataset is never older than the pool that its job names.
   */
  private void fireJobs(TaskSelection task) {
    if (task.waiting() > 0) {
      // Stored candidates are still being scored: this is not yet the subset of all seen.
      return;
    }
    PoolThreshold threshold = new PoolThreshold(task.definition().getMinPoolFactor());
    for (int budget : task.definition().getBudgets()) {
      TaskKey key = task.key(String.valueOf(budget));
      if (threshold.isReached(budget, task.selected(), task.pool())
          && stores.lastJob(key).isEmpty()) {
        Publication.JobFired fired = Publications.job(task, budget, 0, this::nominationOf);
        stores.putJob(key, fired.job());
        publish(task.definition().getTaskId(), fired);
      }
    }
  }

  private void publish(TaskSelection task, List<TierChange<String>> changes) {
    String taskId = task.definition().getTaskId();
    for (TierChange<String> change : changes) {
      Publication.Selected selected =
          new Publication.Selected(
              new SelectedKey(taskId, change.id()),
              change.to() == 0
                  ? Optional.empty()
                  : Optional.of(
                      Publications.selected(
                          task.definition(), change.to(), nominationOf(task, change.id()))));
      publish(taskId, selected);
    }
  }

  private void publishStatus() {
    for (String taskId : changed) {
      TaskSelection task = tasks.get(taskId);
      publish(
          taskId,
          new Publication.Status(
              taskId, Optional.of(Publications.status(task, budget -> jobsFired(task, budget)))));
    }
    changed.clear();
  }

  private int jobsFired(TaskSelection task, int budget) {
    return stores
        .lastJob(task.key(String.valueOf(budget)))
        .map(FineTuneJob::getSequence)
        .map(sequence -> sequence + 1)
        .orElse(0);
  }

  private Nomination nominationOf(TaskSelection task, String candidateId) {
    return stores
        .nomination(task.key(candidateId))
        .orElseThrow(() -> new IllegalStateException("selected but not nominated: " + candidateId));
  }

  private void publish(String taskId, Publication publication) {
    context.forward(new Record<>(taskId, publication, context.currentSystemTimeMs()));
  }

  private static TaskSelection.ShardCount counted(PoolCount count) {
    return new TaskSelection.ShardCount(count.getScored(), count.getWaiting());
  }
}
