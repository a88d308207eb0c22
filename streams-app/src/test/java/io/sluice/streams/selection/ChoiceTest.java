package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.streams.testing.BatchSelection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Contents that count once, compared with the batch rule. */
class ChoiceTest {
  private static final int CANDIDATES = 40;

  /**
   * Candidates with few contents and few scores, so that copies and ties are common.
   *
   * @param rows the scores of each content
   * @param contents the content of each candidate
   */
  private record Copies(Map<String, float[]> rows, Map<String, String> contents) {
    static Copies random(Random random, int queries) {
      Map<String, float[]> rows = new HashMap<>();
      Map<String, String> contents = new TreeMap<>();
      for (int c = 0; c < CANDIDATES; c++) {
        String content = "content" + random.nextInt(15);
        float[] row = new float[queries];
        for (int q = 0; q < queries; q++) {
          row[q] = random.nextInt(3);
        }
        rows.putIfAbsent(content, row);
        contents.put("c" + (10 + c), content);
      }
      return new Copies(rows, contents);
    }

    List<String> ids() {
      return new ArrayList<>(contents.keySet());
    }

    boolean offer(Choice choice, String id) {
      String content = contents.get(id);
      return choice.offer(id, content, 0, rows.get(content));
    }

    List<String> batch(String algorithm, List<String> ids, int queries, int budget) {
      Map<String, float[]> pool = new TreeMap<>();
      ids.forEach(id -> pool.put(id, rows.get(contents.get(id))));
      return BatchSelection.selectOnce(algorithm, pool, contents, queries, budget);
    }
  }

  private static Choice empty(String algorithm, int queries, int budget) {
    return Choice.ofContents(Algorithm.parse(algorithm).emptySelection(queries, budget));
  }

  private static List<String> ids(Choice choice) {
    return choice.slots().stream().map(Slot::id).toList();
  }

  @Property
  void givenAnyOrderAndSharding_whenAllThatShardsEverAdmittedIsMerged_thenEqualToBatch(
      @ForAll("algorithms") String algorithm,
      @ForAll @IntRange(min = 1, max = 5) int queries,
      @ForAll @IntRange(min = 1, max = 20) int budget,
      @ForAll @IntRange(min = 1, max = 6) int shardCount,
      @ForAll long seed) {
    Random random = new Random(seed);
    Copies copies = Copies.random(random, queries);
    List<Choice> shards = new ArrayList<>();
    for (int shard = 0; shard < shardCount; shard++) {
      shards.add(empty(algorithm, queries, budget));
    }
    List<String> arrivals = copies.ids();
    arrivals.addAll(arrivals.subList(0, CANDIDATES / 4));
    Collections.shuffle(arrivals, random);
    List<String> nominated = new ArrayList<>();
    for (String id : arrivals) {
      if (copies.offer(shards.get(Math.floorMod(id.hashCode(), shardCount)), id)) {
        nominated.add(id);
      }
    }
    Collections.shuffle(nominated, random);

    Choice merged = empty(algorithm, queries, budget);
    nominated.forEach(id -> copies.offer(merged, id));

    List<String> batch = copies.batch(algorithm, copies.ids(), queries, budget);
    assertThat(ids(merged)).isEqualTo(batch);
    assertThat(merged.size()).isEqualTo(batch.size());
    assertThat(copies.ids()).allMatch(id -> merged.holds(id) || !batch.contains(id));
  }

  @Property
  void givenACandidateThatStandsForItsContent_whenItIsRetracted_thenTheNextOneTakesOver(
      @ForAll("algorithms") String algorithm, @ForAll long seed) {
    Copies copies = Copies.random(new Random(seed), 2);
    List<String> left = copies.ids();
    left.removeAll(copies.batch(algorithm, left, 2, 5));
    Collections.shuffle(left, new Random(seed));

    Choice again = empty(algorithm, 2, 5);
    left.forEach(id -> copies.offer(again, id));

    assertThat(ids(again)).isEqualTo(copies.batch(algorithm, left, 2, 5));
  }

  /**
   * Candidates 1 and 3 have the same content. With ties ordered by id, the shard of 2, 3 and 4 puts
   * 2 before 3, gives the second slot to 3 and drops 4. In the whole pool, 1 comes before 2, and 4
   * takes the second slot.
   */
  @Test
  void givenTiedContentsWhoseLowestIdIsInAnotherShard_whenMerged_thenNothingIsMissing() {
    for (String names : List.of("c d e", "d c e", "e d c", "c e d", "d e c", "e c d")) {
      String[] content = names.split(" ");
      Map<String, float[]> rows =
          Map.of(
              content[0], new float[] {4, 5},
              content[1], new float[] {4, 1},
              content[2], new float[] {1, 4});
      Choice first = empty("round-robin", 2, 2);
      Choice second = empty("round-robin", 2, 2);
      Choice merged = empty("round-robin", 2, 2);
      offer(first, merged, "1", content[0], rows);
      offer(second, merged, "3", content[0], rows);
      offer(second, merged, "2", content[1], rows);
      offer(second, merged, "4", content[2], rows);

      Choice whole = empty("round-robin", 2, 2);
      List.of("1", "3").forEach(id -> whole.offer(id, content[0], 0, rows.get(content[0])));
      whole.offer("2", content[1], 0, rows.get(content[1]));
      whole.offer("4", content[2], 0, rows.get(content[2]));
      assertThat(merged.slots()).isEqualTo(whole.slots());
    }
  }

  private static void offer(
      Choice shard, Choice merged, String id, String content, Map<String, float[]> rows) {
    if (shard.offer(id, content, 0, rows.get(content))) {
      merged.offer(id, content, 0, rows.get(content));
    }
  }

  @Provide
  Arbitrary<String> algorithms() {
    return Arbitraries.of("round-robin", "doubly-greedy", "knn-uniform", "random:3");
  }
}
