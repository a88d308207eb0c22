package io.sluice.streams.select;

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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Reads the subsets of tasks in the partitions that this instance owns.
 *
 * <p>A subset is mostly the one that was published last ({@link ServedSubsets}). Of its candidates
 * only those that are returned are looked up; what is asked of all of them is answered by summaries
 * that are kept. If there is no published subset yet, or candidates of it were withdrawn and the
 * next one is not published soon, the subset is selected again from all nominations. Either way, an
 * answer is exact at one moment: what is published, or what will be.
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
   * The summaries of the candidates in the subset of a budget.
   *
   * @param budget 1 to the task's largest budget, which it is when this is empty
   * @return empty when there is no such task
   * @throws IllegalArgumentException when the budget is out of range
   */
  public Optional<HeldSummaries> summaries(int partition, String taskId, Optional<Integer> budget) {
    return read(partition, taskId, view -> view.summaries(budget));
  }

  /**
   * The same beside the random control of the task, which is a uniform sample of its pool.
   *
   * @return empty when there is no such task
   * @throws IllegalArgumentException when the budget is out of range
   */
  public Optional<HeldBesideSample> besideSample(
      int partition, String taskId, Optional<Integer> budget) {
    return read(
        partition,
        taskId,
        view -> view.summaries(budget).map(held -> new HeldBesideSample(held, view.sample())));
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
      Optional<SubsetFilter> wanted,
      int offset,
      int limit) {
    return read(partition, taskId, view -> view.page(budget, wanted, offset, limit));
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

  /** Reads a published version; empty when there is none, or one after the other is broken. */
  private <T> Optional<T> published(
      int partition, HeldTask task, Function<SubsetView, Optional<T>> use) {
    String taskId = task.served().getTaskId();
    Optional<ServedSubset> subset = served.find(partition, taskId);
    for (int attempt = 0; subset.isPresent() && attempt < ATTEMPTS; attempt++) {
      Optional<ServedSubset.Version> version = subset.get().version(PATIENCE);
      if (version.isEmpty() || version.get().task().getRevision() != task.served().getRevision()) {
        return Optional.empty();
      }
      Optional<T> found =
          use.apply(subset.get().view(task, version.get(), stored(partition, task.served())));
      served.used(subset.get());
      if (found.isPresent() && subset.get().isWhole(version.get())) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Function<String, Optional<Nomination>> stored(int partition, TargetTask task) {
    ReadOnlyKeyValueStore<TaskKey, Nomination> store =
        queries.store(partition, SelectStores.NOMINATIONS);
    return id ->
        Optional.ofNullable(store.get(new TaskKey(task.getTaskId(), task.getRevision(), id)));
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
    Optional<Choice> control = Selections.controlOf(task);
    forEachNomination(
        partition,
        task,
        (id, nomination) -> {
          offer(selection, id, nomination);
          control.ifPresent(choice -> offer(choice, id, nomination));
        });
    Function<String, Optional<Nomination>> stored = stored(partition, task);
    List<Slot<String>> slots = selection.slots();
    Map<String, Nomination> chosen = new HashMap<>();
    for (Slot<String> slot : slots) {
      stored.apply(slot.id()).ifPresent(nomination -> chosen.put(slot.id(), nomination));
    }
    if (chosen.size() < slots.size()) {
      throw new SelectionUnavailable("task " + task.getTaskId() + " changed while it was read");
    }
    SubsetSizes sizes = SubsetSizes.of(task, slots, id -> chosen.get(id).getLearntTokens());
    return new SubsetView(
        held,
        slots.subList(0, sizes.largest()),
        sizes,
        control.map(choice -> choice.slots().stream().map(Slot::id).toList()),
        new Scanned(chosen, stored));
  }

  /** What a scan has read of the selected candidates; others are looked up. */
  private record Scanned(
      Map<String, Nomination> chosen, Function<String, Optional<Nomination>> stored)
      implements SubsetView.Source {
    @Override
    public Optional<Nomination> nomination(String candidateId) {
      return Optional.ofNullable(chosen.get(candidateId)).or(() -> stored.apply(candidateId));
    }

    @Override
    public Optional<CandidateSummary> summary(String candidateId) {
      return nomination(candidateId).map(CandidateSummary::of);
    }
  }

  private void forEachNomination(
      int partition, TargetTask task, BiConsumer<String, Nomination> visitor) {
    TaskKey revision = TaskKey.prefix(task.getTaskId(), task.getRevision());
    // An iterator reads a snapshot of the store.
    try (KeyValueIterator<TaskKey, Nomination> entries =
        queries
            .<TaskKey, Nomination>store(partition, SelectStores.NOMINATIONS)
            .prefixScan(revision, TaskKey.serde().serializer())) {
      while (entries.hasNext()) {
        KeyValue<TaskKey, Nomination> entry = entries.next();
        visitor.accept(entry.key.item(), entry.value);
      }
    }
  }

  private static void offer(Choice choice, String id, Nomination nomination) {
    choice.offer(
        id,
        nomination.getContent(),
        nomination.getLearntTokens(),
        ScoreRow.unboxed(nomination.getScores()));
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
   * The subset of a budget without messages.
   *
   * @param task the task and its served revision, which the subset belongs to
   * @param budget the budget
   * @param slots its slots, in selection order
   * @param sizes how many slots the subset of each budget of the task has
   * @param summaries the candidate of each slot
   */
  public record HeldSummaries(
      HeldTask task,
      int budget,
      List<Slot<String>> slots,
      SubsetSizes sizes,
      List<CandidateSummary> summaries) {
    /** Copies the lists, so that they are immutable. */
    public HeldSummaries {
      slots = List.copyOf(slots);
      summaries = List.copyOf(summaries);
    }
  }

  /**
   * The subset of a budget beside a sample of the pool, both without messages.
   *
   * @param subset the subset
   * @param sample the candidates in the task's random control; empty when it has none
   */
  public record HeldBesideSample(HeldSummaries subset, Optional<List<CandidateSummary>> sample) {}

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
