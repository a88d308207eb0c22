package io.sluice.streams.select;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.Selections;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Choice;
import io.sluice.streams.selection.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final boolean isBoundedByTokens;
  private final boolean isOnceEach;

  /** By id of a nominated candidate; empty unless the task has budgets in tokens. */
  private final Map<String, Integer> learntTokens = new HashMap<>();

  private final Map<Integer, ShardCount> counts = new HashMap<>();

  /** By shard: see {@link #offsets}. */
  private final Map<Integer, Long> offsets = new HashMap<>();

  private Selections selections;
  private long nominated;
  private long contents;
  private boolean outdated;

  /** Empty when the selection has changed since it was last asked for. */
  private Optional<CurrentSubset> current = Optional.empty();

  /** By further arm: its whole selection, unless one has changed since it was last asked for. */
  private final Map<ArmName, List<Slot<String>>> armSlots = new HashMap<>();

  TaskSelection(TargetTask definition) {
    this.definition = definition;
    this.isBoundedByTokens = !definition.getBudgetTokens().isEmpty();
    this.isOnceEach = definition.getRules().getDuplicates() == Duplicates.ONE;
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
    if (nomination.getOffset() >= 0) {
      offsets.merge(nomination.getShard(), nomination.getOffset() + 1, Math::max);
    }
    if (isBoundedByTokens) {
      learntTokens.put(candidateId, nomination.getLearntTokens());
    }
    if (selections.offer(
        candidateId,
        nomination.getContent(),
        nomination.getLearntTokens(),
        ScoreRow.unboxed(nomination.getScores()))) {
      forgetCurrent();
    }
  }

  /**
   * Removes a nominated candidate. If a selection held it, the selection is out of date until
   * {@link #refresh} is called.
   */
  void withdraw(String candidateId) {
    nominated--;
    if (!selections.holds(candidateId)) {
      learntTokens.remove(candidateId);
    }
    outdated = outdated || selections.holds(candidateId);
  }

  /**
   * Selects again from all remaining nominations if a candidate that it held was withdrawn, because
   * a candidate cannot be removed from a selection.
   *
   * @param nominations calls its argument with every remaining nomination
   */
  void refresh(Consumer<BiConsumer<String, Nomination>> nominations) {
    if (outdated) {
      outdated = false;
      nominated = 0;
      learntTokens.clear();
      selections = Selections.empty(definition);
      forgetCurrent();
      nominations.accept(this::nominate);
    }
  }

  private void forgetCurrent() {
    current = Optional.empty();
    armSlots.clear();
  }

  long nominated() {
    return nominated;
  }

  /** The number of candidates in the subset of the largest budget. */
  int selected() {
    return sizes().largest();
  }

  /** How many candidates the subset of each budget has. */
  SubsetSizes sizes() {
    return current().sizes();
  }

  /** The subsets as they are now. The instance stays the same until the selection changes. */
  CurrentSubset current() {
    CurrentSubset subset = current.orElseGet(this::computeCurrent);
    current = Optional.of(subset);
    return subset;
  }

  private CurrentSubset computeCurrent() {
    List<Slot<String>> slots = selections.of(ArmName.SELECTED).orElseThrow().slots();
    return new CurrentSubset(
        slots,
        sizesOf(slots),
        selections
            .of(ArmName.RANDOM)
            .map(control -> control.slots().stream().map(Slot::id).toList()));
  }

  private SubsetSizes sizesOf(List<Slot<String>> slots) {
    return isBoundedByTokens
        ? SubsetSizes.of(definition, slots, learntTokens::get)
        : SubsetSizes.ofExamples(definition, slots.size());
  }

  /**
   * The random control of a budget whose subset is full, in its own order; empty when there is
   * none. It has as many candidates as the subset, or with budgets in tokens, as fit into the same
   * number of tokens.
   */
  Optional<List<Slot<String>>> controlSubset(int budget) {
    return selections
        .of(ArmName.RANDOM)
        .map(Choice::slots)
        .map(
            slots ->
                isBoundedByTokens
                    ? SubsetSizes.within(budgetTokens(budget), slots, learntTokens::get)
                    : slots.subList(0, budget));
  }

  /**
   * The subset of a further arm for a budget, in the arm's own order. While the pool is small, it
   * has fewer candidates than the budget.
   *
   * @param arm an arm with this representation
   */
  ArmSubset arm(FurtherArm arm, int budget) {
    List<Slot<String>> slots =
        armSlots.computeIfAbsent(arm.name(), name -> selections.of(name).orElseThrow().slots());
    if (isBoundedByTokens && Algorithm.parse(arm.algorithm()) instanceof Algorithm.Random) {
      // Such an arm is bounded by tokens alone. It holds one candidate more once it is full.
      List<Slot<String>> within =
          SubsetSizes.within(budgetTokens(budget), slots, learntTokens::get);
      return new ArmSubset(arm, this, within, within.size() < slots.size());
    }
    SubsetSizes sizes = sizesOf(slots);
    return new ArmSubset(arm, this, slots.subList(0, sizes.of(budget)), sizes.isFull(budget));
  }

  /** Whether the task has budgets in tokens. */
  boolean isBoundedByTokens() {
    return isBoundedByTokens;
  }

  /** The most learnt tokens of a budget; 0 when the task has no budgets in tokens. */
  long budgetTokens(int budget) {
    return isBoundedByTokens
        ? definition.getBudgetTokens().get(definition.getBudgets().indexOf(budget))
        : 0;
  }

  /** Replaces the previous pool count of a shard. */
  void putCount(int shard, ShardCount count) {
    counts.put(shard, count);
    offsets.merge(shard, count.offset(), Math::max);
  }

  /**
   * The offset before which all records of a shard's partition are taken into account, as far as
   * its reports say; -1 when unknown.
   */
  long offset(int shard) {
    return offsets.getOrDefault(shard, -1L);
  }

  /**
   * The {@link #offset} of each shard, in the order of the shards; empty when one is unknown. If no
   * shard has candidates waiting, the selections are those of the records before these offsets. The
   * reason is that a shard nominates in the order of the offsets: a record that it has read beyond
   * its last nomination is either not nominated, or not reported yet. If a shard withdraws a
   * nominated candidate, some candidates are counted as waiting until its next pool count, which it
   * makes when it has scored all that it has read.
   */
  List<Long> offsets() {
    List<Long> all = counts.keySet().stream().sorted().map(this::offset).toList();
    return all.contains(-1L) ? List.of() : all;
  }

  /** Whether contents count once. */
  boolean isOnceEach() {
    return isOnceEach;
  }

  /**
   * Changes the number of contents that at least one shard has, of a task whose contents count
   * once.
   */
  void addContents(long change) {
    contents += change;
  }

  /**
   * The number of candidates scored, over all shards; or if contents count once, the number of
   * contents that at least one shard has.
   */
  long pool() {
    return isOnceEach ? contents : scored();
  }

  private long scored() {
    return counts.values().stream().mapToLong(ShardCount::scored).sum();
  }

  /** The number of candidates still to be scored, over all shards that have reported. */
  long waiting() {
    return counts.values().stream().mapToLong(ShardCount::waiting).sum();
  }

  /**
   * The number of candidates that the task's rules leave out, by reason, over all shards. Shards
   * count their candidates some time after they have reported that contents appeared or
   * disappeared; until then the number of duplicates is too low or too high by these, but never
   * negative.
   */
  Map<String, Long> leftOut() {
    Map<String, Long> all = new TreeMap<>();
    counts
        .values()
        .forEach(
            count ->
                count.leftOut().forEach((reason, number) -> all.merge(reason, number, Long::sum)));
    if (scored() > pool()) {
      all.put("duplicate", scored() - pool());
    }
    return all;
  }

  /** The number of candidates in the pool that share text with the task, if this is reported. */
  long leaks() {
    return counts.values().stream().mapToLong(ShardCount::leaks).sum();
  }

  /** Whether at least one shard has reported. */
  boolean hasReports() {
    return !counts.isEmpty();
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

  /**
   * Hash of the tokenizer of these representations, like {@link #fingerprint}; empty if a shard
   * does not know it.
   */
  String tokenizer() {
    return counts.values().stream().anyMatch(count -> count.tokenizer().isEmpty())
        ? ""
        : distinct(ShardCount::tokenizer);
  }

  private String distinct(Function<ShardCount, String> property) {
    return counts.values().stream()
        .map(property)
        .distinct()
        .sorted()
        .collect(Collectors.joining(","));
  }

  /**
   * The pool count of one shard.
   *
   * @param scored number of candidates scored, those of equal contents included
   * @param waiting number of candidates stored but not yet scored
   * @param fingerprint fingerprint of the representations that the shard compares
   * @param textForm text form of these representations
   * @param tokenizer hash of the tokenizer of these representations; empty when unknown
   * @param leftOut number of candidates that the task's rules leave out, by reason
   * @param leaks number of scored candidates that share text with the task, if this is reported
   * @param offset the offset of its partition before which the records are counted; -1 when unknown
   */
  record ShardCount(
      long scored,
      long waiting,
      String fingerprint,
      String textForm,
      String tokenizer,
      Map<String, Long> leftOut,
      long leaks,
      long offset) {
    ShardCount {
      leftOut = Map.copyOf(leftOut);
    }
  }
}
