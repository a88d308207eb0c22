package io.sluice.streams.select;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.revision.Selections;
import io.sluice.streams.revision.TaskKey;
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
import java.util.stream.Collectors;

/**
 * The selection of one revision of a task and its random control: pure functions of its
 * nominations.
 */
final class TaskSelection {
  private final TargetTask definition;
  private final Tiers tiers;
  private final Map<Integer, ShardCount> counts = new HashMap<>();
  private Selections selections;
  private long nominated;
  private boolean outdated;

  TaskSelection(TargetTask definition) {
    this.definition = definition;
    this.tiers = new Tiers(definition.getBudgets());
    this.selections = Selections.empty(definition);
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
    selections.offer(candidateId, scores);
  }

  /**
   * Removes a nominated candidate. The selection is out of date until {@link #refresh} is called.
   */
  void withdraw(String candidateId) {
    nominated--;
    outdated = outdated || selections.contains(candidateId);
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
      selections = Selections.empty(definition);
      nominations.accept(this::nominate);
    }
  }

  long nominated() {
    return nominated;
  }

  int selected() {
    return selections.own().size();
  }

  /** The tier of every selected candidate, in selection order. */
  Map<String, Integer> tiersById() {
    Map<String, Integer> byId = new LinkedHashMap<>();
    slots().forEach(slot -> byId.put(slot.id(), tiers.tierOf(slot.slot())));
    return byId;
  }

  List<Slot<String>> slots() {
    return selections.own().slots();
  }

  /** The random control, in its own order; empty when there is none. */
  Optional<List<Slot<String>>> controlSlots() {
    return selections.control().map(Selection::slots);
  }

  /** Replaces what a shard has counted before. */
  void putCount(int shard, ShardCount count) {
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

  /**
   * Fingerprint of the representations that are compared; separated by commas when shards compare
   * different ones.
   */
  String fingerprint() {
    return counts.values().stream()
        .map(ShardCount::fingerprint)
        .distinct()
        .sorted()
        .collect(Collectors.joining(","));
  }

  /**
   * Share of a budget's subset that was not in it before.
   *
   * @param before ids of the candidates that were
   * @return 0 to 1; 0 when nothing is selected
   */
  double turnover(int budget, Set<String> before) {
    List<String> subset = selections.own().prefix(budget);
    long entered = subset.stream().filter(id -> !before.contains(id)).count();
    return subset.isEmpty() ? 0 : (double) entered / subset.size();
  }

  /**
   * What one shard has counted.
   *
   * @param scored candidates scored
   * @param waiting candidates stored and not yet scored
   * @param fingerprint of the representations that it compares
   */
  record ShardCount(long scored, long waiting, String fingerprint) {}
}
