package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.constraints.IntRange;

/** The guarantees of {@link Selection}, checked for every algorithm against {@link BatchRule}. */
class SelectionPropertiesTest {
  @Property
  void givenAnyArrivalOrderWithRepeats_whenOffered_thenEqualToBatch(
      @ForAll("pools") Pool pool, @ForAll("budgets") int budget, @ForAll long seed) {
    Selection<Integer> selection = pool.offered(withRepeats(pool.ids(), new Random(seed)), budget);

    assertThat(selection.slots()).isEqualTo(pool.batch(budget));
    assertThat(selection.size()).isEqualTo(Math.min(budget, pool.size()));
    assertThat(pool.ids())
        .allMatch(id -> selection.held().contains(id) || !pool.batchIds(budget).contains(id));
  }

  @Property
  void givenAnySharding_whenWhatShardsHoldIsMerged_thenEqualToBatch(
      @ForAll("pools") Pool pool,
      @ForAll("budgets") int budget,
      @ForAll @IntRange(min = 1, max = 8) int shardCount,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<List<Integer>> shards = new ArrayList<>();
    for (int shard = 0; shard < shardCount; shard++) {
      shards.add(new ArrayList<>());
    }
    withRepeats(pool.ids(), random).forEach(id -> shards.get(random.nextInt(shardCount)).add(id));

    List<Integer> heldByShards = new ArrayList<>();
    shards.forEach(shard -> heldByShards.addAll(pool.offered(shard, budget).held()));
    Collections.shuffle(heldByShards, random);

    assertThat(pool.offered(heldByShards, budget).slots()).isEqualTo(pool.batch(budget));
  }

  @Property
  void givenAnySharding_whenAllThatShardsEverAdmittedIsMerged_thenEqualToBatch(
      @ForAll("pools") Pool pool,
      @ForAll("budgets") int budget,
      @ForAll @IntRange(min = 1, max = 8) int shardCount,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Selection<Integer>> shards = new ArrayList<>();
    for (int shard = 0; shard < shardCount; shard++) {
      shards.add(pool.empty(budget));
    }
    Selection<Integer> merged = pool.empty(budget);
    for (int id : withRepeats(pool.ids(), random)) {
      if (shards.get(random.nextInt(shardCount)).offer(id, pool.scores()[id])) {
        merged.offer(id, pool.scores()[id]);
      }
    }

    assertThat(merged.slots()).isEqualTo(pool.batch(budget));
  }

  @Property
  void givenASelection_whenCutToASmallerBudget_thenEqualToThatBudgetsSelection(
      @ForAll("pools") Pool pool, @ForAll("budgets") int budget, @ForAll("budgets") int other) {
    int smaller = Math.min(budget, other);

    List<Integer> prefix = pool.offered(pool.ids(), budget).prefix(smaller);

    assertThat(prefix).isEqualTo(pool.batchIds(smaller));
  }

  @Property
  void givenASelection_whenItsCandidatesAreSelectedAgain_thenTheOrderIsTheSame(
      @ForAll("poolsRankedByScores") Pool pool, @ForAll("budgets") int budget, @ForAll long seed) {
    List<Integer> selected = pool.offered(pool.ids(), budget).prefix(budget);
    List<Integer> arrivals = new ArrayList<>(selected);
    Collections.shuffle(arrivals, new Random(seed));

    assertThat(pool.offered(arrivals, budget).prefix(budget)).isEqualTo(selected);
  }

  @Property(tries = 200)
  void givenAnyArrivalOrder_whenOffered_thenEachStepEqualsBatchAndTheResultSaysWhetherItWasAdmitted(
      @ForAll("poolsRankedByScores") Pool pool, @ForAll("budgets") int budget, @ForAll long seed) {
    Selection<Integer> selection = pool.empty(budget);
    Set<Integer> seen = new TreeSet<>();
    for (int id : withRepeats(pool.ids(), new Random(seed))) {
      Set<Integer> before = ids(selection);

      boolean admitted = selection.offer(id, pool.scores()[id]);

      seen.add(id);
      Set<Integer> after = ids(selection);
      assertThat(after).isEqualTo(Set.copyOf(pool.batchIdsOf(seen, budget)));
      assertThat(admitted).isEqualTo(!before.contains(id) && after.contains(id));
      // At most one candidate enters and at most one leaves, and only with an admission.
      Set<Integer> left = new HashSet<>(before);
      left.removeAll(after);
      assertThat(left).hasSize(admitted && before.size() == budget ? 1 : 0);
    }
  }

  @Property(tries = 200)
  void givenAnyArrivalOrder_whenOffered_thenTheSlotsEqualBatchAndHeldCandidatesOnlyEnterByAdmission(
      @ForAll("pools") Pool pool, @ForAll("budgets") int budget, @ForAll long seed) {
    Selection<Integer> selection = pool.empty(budget);
    Set<Integer> seen = new TreeSet<>();
    for (int id : withRepeats(pool.ids(), new Random(seed))) {
      Set<Integer> before = Set.copyOf(selection.held());

      boolean admitted = selection.offer(id, pool.scores()[id]);

      seen.add(id);
      assertThat(selection.slots()).isEqualTo(pool.batchOf(seen, budget));
      assertThat(admitted).isEqualTo(!before.contains(id) && selection.held().contains(id));
      Set<Integer> entered = new HashSet<>(selection.held());
      entered.removeAll(before);
      assertThat(entered).isEqualTo(admitted ? Set.of(id) : Set.of());
      assertThat(selection.held()).hasSizeGreaterThanOrEqualTo(selection.size());
    }
  }

  private static Set<Integer> ids(Selection<Integer> selection) {
    return Set.copyOf(selection.prefix(selection.budget()));
  }

  private static List<Integer> withRepeats(List<Integer> ids, Random random) {
    List<Integer> arrivals = new ArrayList<>(ids);
    arrivals.addAll(ids.subList(0, ids.size() / 2));
    Collections.shuffle(arrivals, random);
    return arrivals;
  }

  @Provide
  Arbitrary<Pool> pools() {
    return Arbitraries.oneOf(
        poolsRankedByScores(), pools(Arbitraries.of(2, 7, 5000).map(Algorithm.KnnUniform::new)));
  }

  /** Pools of the algorithms whose order among some candidates does not depend on the others. */
  @Provide
  Arbitrary<Pool> poolsRankedByScores() {
    return pools(
        Arbitraries.of(
            new Algorithm.RoundRobin(),
            new Algorithm.DoublyGreedy(),
            new Algorithm.Random(0),
            new Algorithm.Random(7)));
  }

  private static Arbitrary<Pool> pools(Arbitrary<? extends Algorithm> algorithms) {
    return Combinators.combine(
            algorithms,
            uniform(1, 80),
            uniform(1, 12),
            Arbitraries.of(2, 5, 16, 1 << 20),
            // At distances of hundreds, KNN-uniform stops before its neighbours end.
            Arbitraries.of(1, 512),
            Arbitraries.longs())
        .as(
            (algorithm, size, queries, grid, scale, seed) ->
                Pool.random(algorithm, new Random(seed), size, queries, grid, scale));
  }

  @Provide
  Arbitrary<Integer> budgets() {
    return uniform(1, 90);
  }

  private static Arbitrary<Integer> uniform(int least, int most) {
    return Arbitraries.integers()
        .between(least, most)
        .withDistribution(RandomDistribution.uniform());
  }
}
