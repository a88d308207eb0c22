package io.sluice.streams.topology;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.selection.TierChange;
import io.sluice.streams.selection.Tiers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The selection of one task: a pure function of its nominations. */
final class TaskSelection {
  private final TargetTask definition;
  private final Tiers tiers;
  private final Map<Integer, ShardCount> counts = new HashMap<>();
  private Selection<String> selection;
  private long nominated;

  TaskSelection(TargetTask definition) {
    this.definition = definition;
    this.tiers = new Tiers(definition.getBudgets());
    this.selection = emptySelection();
  }

  TargetTask definition() {
    return definition;
  }

  TaskKey key(String item) {
    return new TaskKey(definition.getTaskId(), definition.getRevision(), item);
  }

  /** Takes a nomination; what it changed in the tiers. */
  List<TierChange<String>> nominate(String candidateId, float[] scores) {
    nominated++;
    return selection.offer(candidateId, scores).changes();
  }

  /** Forgets all nominations, which are then to be given again. */
  void reset() {
    nominated = 0;
    selection = emptySelection();
  }

  /** A nominated candidate outside the selection was retracted. */
  void forgetOne() {
    nominated--;
  }

  boolean holds(String candidateId) {
    return selection.contains(candidateId);
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

  /** Candidates still to be scored, over all shards. */
  long waiting() {
    return counts.values().stream().mapToLong(ShardCount::waiting).sum();
  }

  /** What leads from one assignment of tiers to another; tier 0 is outside. */
  static List<TierChange<String>> difference(
      Map<String, Integer> before, Map<String, Integer> after) {
    List<TierChange<String>> changes = new ArrayList<>();
    before.forEach(
        (id, tier) -> {
          if (!after.containsKey(id)) {
            changes.add(new TierChange<>(id, tier, 0));
          }
        });
    after.forEach(
        (id, tier) -> {
          int was = before.getOrDefault(id, 0);
          if (was != tier) {
            changes.add(new TierChange<>(id, was, tier));
          }
        });
    return changes;
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
}
