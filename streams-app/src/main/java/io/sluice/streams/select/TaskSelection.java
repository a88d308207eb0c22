package io.sluice.streams.select;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.Selections;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.selection.Choice;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.selection.Tiers;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The selection of one revision of a task and its random control, both pure functions of the
 * revision's nominations; and the pool counts of the shards. Not thread-safe.
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

  /** Key of the revision, which is the prefix of all its other keys. */
  TaskKey revisionKey() {
    return key("");
  }

  TaskKey key(String item) {
    return new TaskKey(definition.getTaskId(), definition.getRevision(), item);
  }

  /** Adds a nomination, which must not be known yet. */
  void nominate(String candidateId, Nomination nomination) {
    nominated++;
    selections.offer(
        candidateId, nomination.getContent(), ScoreRow.unboxed(nomination.getScores()));
  }

  /**
   * Removes a nominated candidate. If it was selected, the selection is out of date until {@link
   * #refresh} is called.
   */
  void withdraw(String candidateId) {
    nominated--;
    outdated = outdated || selections.contains(candidateId);
  }

  /**
   * Selects again from all remaining nominations if a selected candidate was withdrawn, because a
   * candidate cannot be removed from a selection.
   *
   * @param nominations calls its argument with every remaining nomination
   */
  void refresh(Consumer<BiConsumer<String, Nomination>> nominations) {
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
    return selections.control().map(Choice::slots);
  }

  /** Replaces the previous pool count of a shard. */
  void putCount(int shard, ShardCount count) {
    counts.put(shard, count);
  }

  /** The number of candidates scored, over all shards. */
  long pool() {
    return counts.values().stream().mapToLong(ShardCount::scored).sum();
  }

  /** The number of candidates still to be scored, over all shards that have reported. */
  long waiting() {
    return counts.values().stream().mapToLong(ShardCount::waiting).sum();
  }

  /** The number of candidates that the task's rules leave out, by reason, over all shards. */
  Map<String, Long> leftOut() {
    Map<String, Long> all = new TreeMap<>();
    counts
        .values()
        .forEach(
            count ->
                count.leftOut().forEach((reason, number) -> all.merge(reason, number, Long::sum)));
    return all;
  }

  /** The number of candidates in the pool that share text with the task, if this is reported. */
  long leaks() {
    return counts.values().stream().mapToLong(ShardCount::leaks).sum();
  }

  /** Whether every shard has scored all its stored candidates. */
  boolean isComplete(int shards) {
    return counts.size() == shards && waiting() == 0;
  }

  /**
   * Fingerprint of the representations that the shards compare. If shards compare different ones,
   * all fingerprints, sorted and separated by commas.
   */
  String fingerprint() {
    return distinct(ShardCount::fingerprint);
  }

  /** The text form of the representations that the shards compare, like {@link #fingerprint}. */
  String textForm() {
    return distinct(ShardCount::textForm);
  }

  private String distinct(Function<ShardCount, String> property) {
    return counts.values().stream()
        .map(property)
        .distinct()
        .sorted()
        .collect(Collectors.joining(","));
  }

  /**
   * The share of a budget's subset that is new compared with an earlier subset.
   *
   * @param before ids of the candidates in the earlier subset
   * @return 0 to 1; 0 when nothing is selected
   */
  double turnover(int budget, Set<String> before) {
    List<String> subset = slots().stream().limit(budget).map(Slot::id).toList();
    long entered = subset.stream().filter(id -> !before.contains(id)).count();
    return subset.isEmpty() ? 0 : (double) entered / subset.size();
  }

  /**
   * The pool count of one shard.
   *
   * @param scored number of candidates scored
   * @param waiting number of candidates stored but not yet scored
   * @param fingerprint fingerprint of the representations that the shard compares
   * @param textForm text form of these representations
   * @param leftOut number of candidates that the task's rules leave out, by reason
   * @param leaks number of scored candidates that share text with the task, if this is reported
   */
  record ShardCount(
      long scored,
      long waiting,
      String fingerprint,
      String textForm,
      Map<String, Long> leftOut,
      long leaks) {
    ShardCount {
      leftOut = Map.copyOf(leftOut);
    }
  }
}
