package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.select.PublishedSubset.Changes;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.testing.BatchSelection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

/** The tier changes that are published as candidates enter a subset one by one. */
class PublishedSubsetTest {
  private static final int OUTSIDE = Integer.MAX_VALUE;

  private final PublishedSubset published = new PublishedSubset();

  @Test
  void givenFullTiers_whenACandidateEnters_thenOneCrossesEachBudgetAboveItAndTheLastLeaves() {
    TaskSelection selection = selection("doubly-greedy", 1, 1, 3, 4);
    nominate(selection, Map.of("a", 0.9f, "c", 0.7f, "d", 0.6f, "e", 0.5f));
    publish(selection);

    nominate(selection, Map.of("b", 0.8f));

    assertThat(published.changesTo(selection.current()))
        .isEqualTo(new Changes(List.of("e"), places(Map.of("b", 3, "d", 4))));
  }

  @Test
  void
      givenDisplacedCandidates_whenQueriesTakeTurns_thenOnlyThoseThatChangeTheirTierArePublished() {
    TaskSelection selection = selection("round-robin", 2, 1, 2, 3);
    nominate(selection, "a", 0.9f, 0.1f);
    nominate(selection, "b", 0.2f, 0.8f);
    nominate(selection, "c", 0.5f, 0.4f);
    publish(selection);

    nominate(selection, "d", 0.95f, 0f);

    assertThat(published.changesTo(selection.current()))
        .isEqualTo(new Changes(List.of("c"), places(Map.of("d", 1, "a", 3))));
  }

  @Test
  void givenOneTier_whenACandidateMovesAllSlots_thenOnlyTheOneThatEntersAndTheOneThatLeaves() {
    TaskSelection selection = selection("round-robin", 1, 3);
    nominate(selection, Map.of("a", 0.3f, "b", 0.2f, "c", 0.1f));
    publish(selection);

    nominate(selection, Map.of("d", 0.4f));

    assertThat(published.changesTo(selection.current()))
        .isEqualTo(new Changes(List.of("c"), places(Map.of("d", 3))));
  }

  @Test
  void givenAnOutdatedCandidate_whenItsTierIsAsBefore_thenItIsPublishedAgainOnce() {
    TaskSelection selection = selection("round-robin", 1, 3);
    nominate(selection, Map.of("a", 0.3f, "b", 0.2f));
    publish(selection);

    published.put("b", SubsetPlace.OUTDATED);

    assertThat(published.changesTo(selection.current()))
        .isEqualTo(new Changes(List.of(), places(Map.of("b", 3))));
    publish(selection);
    assertThat(published.changesTo(selection.current()))
        .isEqualTo(new Changes(List.of(), Map.of()));
  }

  @Test
  void
      givenAnotherRevision_whenAllIsOutdated_thenUnselectedCandidatesLeaveAndAllOthersArePublished() {
    TaskSelection selection = selection("round-robin", 1, 3);
    nominate(selection, Map.of("a", 0.3f, "b", 0.2f));
    published.put("a", new SubsetPlace(3, 0));
    published.put("gone", new SubsetPlace(3, 0));

    published.outdateAll();

    assertThat(published.changesTo(selection.current()))
        .isEqualTo(new Changes(List.of("gone"), places(Map.of("a", 3, "b", 3))));
  }

  @Test
  void givenNeighbourhoods_whenTheNumberOfACandidateChanges_thenItIsPublishedWithItsTier() {
    TaskSelection selection = selection("knn-uniform", 1, 2, 3);
    // At distances of hundreds, only the first of the neighbours counts.
    nominate(selection, Map.of("a", 1000f, "b", 0f, "c", -1000f));
    publish(selection);
    assertThat(selection.current().of(3)).extracting(Slot::neighbourOf).containsExactly(1, 0, 0);

    nominate(selection, Map.of("d", 3000f));

    assertThat(published.changesTo(selection.current()))
        .isEqualTo(
            new Changes(
                List.of("c"),
                Map.of(
                    "d",
                    new SubsetPlace(2, 1),
                    "a",
                    new SubsetPlace(2, 0),
                    "b",
                    new SubsetPlace(3, 0))));
  }

  @Test
  void givenPlaces_whenStored_thenThoseWithoutNeighbourhoodsHaveTheFormOfEarlierReleases() {
    Serializer<SubsetPlace> serializer = SubsetPlace.serde().serializer();
    Deserializer<SubsetPlace> deserializer = SubsetPlace.serde().deserializer();

    assertThat(serializer.serialize("", new SubsetPlace(500, 0))).containsExactly(0, 0, 1, 0xf4);
    for (SubsetPlace place :
        List.of(new SubsetPlace(500, 0), new SubsetPlace(500, 7), SubsetPlace.OUTDATED)) {
      assertThat(deserializer.deserialize("", serializer.serialize("", place))).isEqualTo(place);
    }
  }

  /**
   * After each arrival, the published changes turn the tiers that the batch rule gives before it
   * into those after it, and nothing else is published: at most one candidate leaves, and at most
   * one crosses each budget.
   */
  @Property
  void givenAnyArrivals_whenPublishedAfterEach_thenConsumersHaveTheBatchTiersByFewestChanges(
      @ForAll("budgets") List<Integer> budgets,
      @ForAll("algorithms") String algorithm,
      @ForAll @IntRange(min = 1, max = 6) int queries,
      @ForAll @IntRange(min = 1, max = 60) int candidates,
      @ForAll long seed) {
    Random random = new Random(seed);
    TaskSelection selection = selection(algorithm, queries, budgets.toArray(Integer[]::new));
    List<String> arrivals =
        new ArrayList<>(IntStream.range(0, candidates).mapToObj(c -> "c" + c).toList());
    Collections.shuffle(arrivals, random);
    Map<String, float[]> seen = new HashMap<>();
    PublishedSubset subset = new PublishedSubset();
    Map<String, Integer> consumed = new HashMap<>();
    for (String id : arrivals) {
      float[] scores = new float[queries];
      for (int q = 0; q < queries; q++) {
        scores[q] = random.nextInt(7) - 3;
      }
      seen.put(id, scores);
      nominate(selection, id, scores);

      Changes changes = subset.changesTo(selection.current());

      Map<String, Integer> before = Map.copyOf(consumed);
      assertThat(changes)
          .as("the same as without knowing what was published last")
          .isEqualTo(forgetful(consumed).changesTo(selection.current()));
      changes.left().forEach(subset::remove);
      changes.moved().forEach(subset::put);
      subset.reach(selection.current());
      changes.left().forEach(consumed::remove);
      changes.moved().forEach((changed, place) -> consumed.put(changed, place.tier()));
      assertThat(consumed).isEqualTo(BatchSelection.tiers(selection.definition(), seen));
      assertThat(changes.left()).doesNotHaveDuplicates().allMatch(before::containsKey);
      changes
          .moved()
          .forEach((moved, place) -> assertThat(before).doesNotContainEntry(moved, place.tier()));
      assertThat(changes.left()).hasSizeLessThanOrEqualTo(1);
      Set<String> changed = new HashSet<>(changes.moved().keySet());
      changed.addAll(changes.left());
      assertThat(changed).hasSizeLessThanOrEqualTo(budgets.size() + 1);
      for (int budget : budgets) {
        assertThat(changed)
            .filteredOn(
                candidate ->
                    before.getOrDefault(candidate, OUTSIDE) <= budget
                        && consumed.getOrDefault(candidate, OUTSIDE) > budget)
            .hasSizeLessThanOrEqualTo(1);
      }
    }
  }

  private static Map<String, SubsetPlace> places(Map<String, Integer> tiers) {
    Map<String, SubsetPlace> places = new HashMap<>();
    tiers.forEach((id, tier) -> places.put(id, new SubsetPlace(tier, 0)));
    return places;
  }

  /** The same published subset, which does not know which selection it comes from. */
  private static PublishedSubset forgetful(Map<String, Integer> tiers) {
    PublishedSubset copy = new PublishedSubset();
    places(tiers).forEach(copy::put);
    return copy;
  }

  @Provide
  Arbitrary<List<Integer>> budgets() {
    return Arbitraries.oneOf(
        Arbitraries.integers()
            .between(1, 40)
            .set()
            .ofMinSize(1)
            .ofMaxSize(5)
            .map(budgets -> budgets.stream().sorted().toList()),
        Arbitraries.integers()
            .between(1, 60)
            .map(slots -> IntStream.rangeClosed(1, slots).boxed().toList()));
  }

  @Provide
  Arbitrary<String> algorithms() {
    return Arbitraries.of("round-robin", "doubly-greedy", "random", "random:3");
  }

  private static TaskSelection selection(String algorithm, int queries, Integer... budgets) {
    return new TaskSelection(
        TargetTask.newBuilder(Examples.task("t", 1, queries, budgets))
            .setAlgorithm(algorithm)
            .build());
  }

  private static void nominate(TaskSelection selection, Map<String, Float> scores) {
    scores.forEach((id, score) -> nominate(selection, id, score));
  }

  private static void nominate(TaskSelection selection, String id, float... scores) {
    selection.nominate(
        id,
        Nomination.newBuilder()
            .setScores(ScoreRow.boxed(scores))
            .setCandidate(Examples.candidate(id))
            .build());
  }

  private void publish(TaskSelection selection) {
    selection.current().forEachPlace(published::put);
  }
}
