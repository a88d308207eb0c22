package io.sluice.streams.topology;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.selection.Tiers;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The selection of one revision of a task: a pure function of its nominations. */
final class TaskSelection {
  private final TargetTask definition;
  private final Tiers tiers;
  private final Map<Integer, ShardCount> counts = new HashMap<>();
  private final Map<Integer, FiredJob> lastJobs = new HashMap<>();
  private Selection<String> selection;
  private long nominated;
  private boolean outdated;

  TaskSelection(TargetTask definition) {
    this.definition = definition;
    this.tiers = new Tiers(definition.getBudgets());
    this.selection = emptySelection();
  }

  TargetTask definition() {
    return definition;
  }

  int revision() {
    return definition.getRevision();
  }

  /** Key of the revision, which all its other keys begin with. */
  TaskKey revisionKey() {
    return key("");
  }

  TaskKey key(String item) {
    return new TaskKey(definition.getTaskId(), definition.getRevision(), item);
  }

  /** Takes a nomination that is not known yet. */
  void nominate(String candidateId, float[] scores) {
    nominated++;
    selection.offer(candidateId, scores);
  }

  /** A nominated candidate is gone; {@link #refresh} tells what the selection is without it. */
  void withdraw(String candidateId) {
    nominated--;
    outdated = outdated || selection.contains(candidateId);
  }

  /**
   * Selects again when a selected candidate was withdrawn: a retraction is not an insertion.
   *
   * @param nominations gives all nominations that remain
   */
  void refresh(Consumer<BiConsumer<String, float[]>> nominations) {
    if (outdated) {
      outdated = false;
      nominated = 0;
      selection = emptySelection();
      nominations.accept(this::nominate);
    }
  }

  long nominated() {
    return nominated;
  }

  int selected() {
    return selection.size();
  }

  /** The tier of every selected candidate, in selection order. */
  Map<String, Integer> tiersById() {
    Map<String, Integer> byId = new LinkedHashMap<>();
    slots().forEach(slot -> byId.put(slot.id(), tiers.tierOf(slot.slot())));
    return byId;
  }

  List<Slot<String>> slots() {
    return selection.slots();
  }

  void count(int shard, ShardCount count) {
    counts.put(shard, count);
  }

  /** Candidates scored, over all shards. */
  long pool() {
    return counts.values().stream().mapToLong(ShardCount::scored).sum();
  }

  /** Candidates still to be scored, over all shards that have counted. */
  long waiting() {
    return counts.values().stream().mapToLong(ShardCount::waiting).sum();
  }

  /** Whether every shard has scored all that it stored. */
  boolean isComplete(int shards) {
    return counts.size() == shards && waiting() == 0;
  }

  void fired(FiredJob job) {
    lastJobs.put(job.job().getBudget(), job);
  }

  /** The last job of a budget. */
  Optional<FiredJob> lastJob(int budget) {
    return Optional.ofNullable(lastJobs.get(budget));
  }

  /**
   * Share of a budget's subset that its last job did not train on.
   *
   * @return 0 to 1; 1 when there was no job, 0 when nothing is selected
   */
  double turnover(int budget) {
    Optional<FiredJob> last = lastJob(budget);
    if (last.isEmpty()) {
      return 1;
    }
    List<String> subset = selection.prefix(budget);
    long kept = subset.stream().filter(last.get().candidateIds()::contains).count();
    return subset.isEmpty() ? 0 : 1 - (double) kept / subset.size();
  }

  private Selection<String> emptySelection() {
    return Algorithm.parse(definition.getAlgorithm())
        .emptySelection(definition.getQueries().size(), tiers);
  }

  /**
   * What one shard has counted.
   *
   * @param scored candidates scored
   * @param waiting candidates stored and not yet scored
   */
  record ShardCount(long scored, long waiting) {}

  /**
   * A fine-tune job and its dataset.
   *
   * @param candidateIds who is in the dataset
   */
  record FiredJob(FineTuneJob job, Set<String> candidateIds) {
    FiredJob {
      candidateIds = Set.copyOf(candidateIds);
    }
  }
}
