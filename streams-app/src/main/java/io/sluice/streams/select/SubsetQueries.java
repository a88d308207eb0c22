package io.sluice.streams.select;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.Selections;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.selection.Choice;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.selection.Tiers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Reads the subsets of tasks in the partitions that this instance owns.
 *
 * <p>A subset is mostly the one that was published last ({@link ServedSubsets}); only its
 * nominations are looked up, and those once. If there is none yet, or candidates of it were
 * withdrawn and the next one is not published soon, the subset is selected again from all
 * nominations. Either way, an answer is exact at one moment: what is published, or what will be.
 *
 * <p>Every method throws {@link SelectionUnavailable} while the instance starts or partitions move
 * between instances. Thread-safe.
 */
public final class SubsetQueries {
  private static final int ATTEMPTS = 3;

  /** Several intervals of publication, of which each takes a quarter of a second by default. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Selecting again takes about a second and one processor. */
  private static final int SCANS = 2;

  private static final Duration SCAN_WITHIN = Duration.ofSeconds(10);

  private final Semaphore scans = new Semaphore(SCANS);
  private final SelectionQueries queries;
  private final ServedSubsets served;

  /**
   * Creates the queries.
   *
   * @param queries read the stores
   * @param served updated by the topology that the stores belong to
   */
  public SubsetQueries(SelectionQueries queries, ServedSubsets served) {
    this.queries = queries;
    this.served = served;
  }

  /**
   * The slots of a task's largest budget, without what they hold beside ids and scores.
   *
   * @return empty when there is no such task
   */
  public Optional<HeldSlots> slots(int partition, String taskId) {
    return read(
        partition,
        taskId,
        view -> Optional.of(new HeldSlots(view.task(), view.slots(), view.sizes())));
  }

  /**
   * A part of the subset of a budget.
   *
   * @param budget 1 to the task's largest budget, which it is when this is empty
   * @param wanted which candidates count; empty for all
   * @param offset how many of these to skip
   * @param limit how many to return at most
   * @return empty when there is no such task
   * @throws IllegalArgumentException when the budget is out of range
   */
  public Optional<HeldPage> page(
      int partition,
      String taskId,
      Optional<Integer> budget,
      Optional<Predicate<Candidate>> wanted,
      int offset,
      int limit) {
    return read(partition, taskId, view -> view.page(budget, wanted, offset, limit));
  }

  /**
   * How often each value of a property occurs in the random control of a task, which is a uniform
   * sample of its pool. All nominations are read.
   *
   * @return empty when there is no such task, or it has no random control
   */
  public Optional<Map<String, Integer>> control(
      int partition, String taskId, Function<Candidate, String> property) {
    return queries.read(
        partition,
        () -> {
          Optional<TargetTask> task = queries.task(partition, taskId).map(HeldTask::served);
          Optional<Choice> control = task.flatMap(Selections::controlOf);
          if (control.isEmpty()) {
            return Optional.empty();
          }
          acquireScan();
          try {
            Map<String, String> values = new HashMap<>();
            forEachNomination(
                partition,
                task.get(),
                (id, nomination) -> {
                  if (offer(control.get(), id, nomination)) {
                    values.put(id, property.apply(nomination.getCandidate()));
                  }
                });
            Map<String, Integer> counts = new TreeMap<>();
            control
                .get()
                .slots()
                .forEach(slot -> counts.merge(values.get(slot.id()), 1, Integer::sum));
            return Optional.of(counts);
          } finally {
            scans.release();
          }
        });
  }

  private <T> Optional<T> read(
      int partition, String taskId, Function<SubsetView, Optional<T>> use) {
    return queries.read(
        partition,
        () -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<HeldTask> task = queries.task(partition, taskId);
            if (task.isEmpty()) {
              return Optional.empty();
            }
            Optional<T> found =
                published(partition, task.get(), use)
                    .or(() -> selectedAgain(partition, task.get(), use));
            if (found.isPresent()) {
              return found;
            }
          }
          throw new SelectionUnavailable("task " + taskId + " changed while it was read");
        });
  }

  private <T> Optional<T> published(
      int partition, HeldTask task, Function<SubsetView, Optional<T>> use) {
    String taskId = task.served().getTaskId();
    Optional<ServedSubset> subset = served.find(partition, taskId);
    Optional<ServedSubset.Version> version = subset.flatMap(each -> each.version(PATIENCE));
    if (version.isEmpty() || version.get().task().getRevision() != task.served().getRevision()) {
      return Optional.empty();
    }
    ReadOnlyKeyValueStore<TaskKey, Nomination> store = nominations(partition);
    Function<String, Optional<Nomination>> stored =
        id -> Optional.ofNullable(store.get(new TaskKey(taskId, task.served().getRevision(), id)));
    Optional<T> found =
        use.apply(
            new SubsetView(
                task,
                version.get().slots(),
                version.get().sizes(),
                id -> subset.get().nomination(id, stored)));
    served.used(subset.get());
    return subset.get().isWhole(version.get()) ? found : Optional.empty();
  }

  private <T> Optional<T> selectedAgain(
      int partition, HeldTask task, Function<SubsetView, Optional<T>> use) {
    acquireScan();
    try {
      Optional<T> found = use.apply(scan(partition, task));
      // If the revision has been replaced in the meantime, some of its nominations may have been
      // deleted before they were read.
      return queries
              .task(partition, task.served().getTaskId())
              .filter(task::isSameRevision)
              .isPresent()
          ? found
          : Optional.empty();
    } finally {
      scans.release();
    }
  }

  private void acquireScan() {
    try {
      if (scans.tryAcquire(SCAN_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new SelectionUnavailable("too many subsets are being read at the same time");
  }

  /**
   * Selects from the nominations, of which only those of selected candidates are read a second time
   * and kept: a selection may hold many more.
   */
  private SubsetView scan(int partition, HeldTask held) {
    TargetTask task = held.served();
    Choice selection = Selections.ownOf(task, new Tiers(task.getBudgets()).largest());
    forEachNomination(partition, task, (id, nomination) -> offer(selection, id, nomination));
    ReadOnlyKeyValueStore<TaskKey, Nomination> nominations = nominations(partition);
    List<Slot<String>> slots = selection.slots();
    Map<String, Nomination> chosen = new HashMap<>();
    for (Slot<String> slot : slots) {
      Optional.ofNullable(
              nominations.get(new TaskKey(task.getTaskId(), task.getRevision(), slot.id())))
          .ifPresent(nomination -> chosen.put(slot.id(), nomination));
    }
    if (chosen.size() < slots.size()) {
      throw new SelectionUnavailable("task " + task.getTaskId() + " changed while it was read");
    }
    SubsetSizes sizes = SubsetSizes.of(task, slots, id -> chosen.get(id).getLearntTokens());
    return new SubsetView(
        held, slots.subList(0, sizes.largest()), sizes, id -> Optional.ofNullable(chosen.get(id)));
  }

  private void forEachNomination(
      int partition, TargetTask task, BiConsumer<String, Nomination> visitor) {
    TaskKey revision = TaskKey.prefix(task.getTaskId(), task.getRevision());
    // An iterator reads a snapshot of the store.
    try (KeyValueIterator<TaskKey, Nomination> entries =
        nominations(partition).prefixScan(revision, TaskKey.serde().serializer())) {
      while (entries.hasNext()) {
        KeyValue<TaskKey, Nomination> entry = entries.next();
        visitor.accept(entry.key.item(), entry.value);
      }
    }
  }

  private static boolean offer(Choice choice, String id, Nomination nomination) {
    return choice.offer(
        id,
        nomination.getContent(),
        nomination.getLearntTokens(),
        ScoreRow.unboxed(nomination.getScores()));
  }

  private ReadOnlyKeyValueStore<TaskKey, Nomination> nominations(int partition) {
    return queries.store(partition, SelectStores.NOMINATIONS);
  }

  /**
   * The slots of a task's largest budget.
   *
   * @param task the task and its served revision, which the slots belong to
   * @param slots in selection order
   * @param sizes how many of them the subset of each budget has
   */
  public record HeldSlots(HeldTask task, List<Slot<String>> slots, SubsetSizes sizes) {
    /** Copies the list, so that the slots are immutable. */
    public HeldSlots {
      slots = List.copyOf(slots);
    }
  }

  /**
   * A part of the subset of a budget.
   *
   * @param task the task and its served revision, which the subset belongs to
   * @param budget the budget
   * @param size number of candidates in the subset of the budget
   * @param matching number of those that were wanted
   * @param slots the returned ones of these, in selection order
   * @param selected the candidate of each of these slots
   */
  public record HeldPage(
      HeldTask task,
      int budget,
      int size,
      int matching,
      List<Slot<String>> slots,
      List<SelectedInstruction> selected) {
    /** Copies the lists, so that the page is immutable. */
    public HeldPage {
      slots = List.copyOf(slots);
      selected = List.copyOf(selected);
    }
  }
}
