package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The random sample that is bounded by tokens, compared with a prefix of the whole order. */
class RankedWithinTokensTest {
  private static final float[] ROW = {0.5f};
  private static final int CANDIDATES = 60;

  private static List<String> within(long most, List<String> order, int[] tokens) {
    List<String> prefix = new ArrayList<>();
    long left = most;
    for (String id : order) {
      left -= tokens[Integer.parseInt(id)];
      if (left < 0) {
        break;
      }
      prefix.add(id);
    }
    return prefix;
  }

  private static List<String> ids(Selection<String> selection) {
    return selection.slots().stream().map(Slot::id).toList();
  }

  @Property
  void givenAnyOrderAndSharding_whenMerged_thenThePrefixWithinTheTokensEqualsThatOfTheWholePool(
      @ForAll @IntRange(min = 1, max = 80) int most,
      @ForAll @IntRange(min = 1, max = 6) int shardCount,
      @ForAll long seed) {
    Random random = new Random(seed);
    int[] tokens = random.ints(CANDIDATES, 1, 9).toArray();
    List<String> arrivals =
        new ArrayList<>(IntStream.range(0, CANDIDATES).mapToObj(Integer::toString).toList());
    Algorithm.Random algorithm = new Algorithm.Random(0);
    Selection<String> whole = algorithm.emptySelection(1, CANDIDATES);
    arrivals.forEach(id -> whole.offer(id, ROW));
    arrivals.addAll(arrivals.subList(0, 20));
    Collections.shuffle(arrivals, random);

    List<Selection<String>> shards = new ArrayList<>();
    for (int shard = 0; shard < shardCount; shard++) {
      shards.add(algorithm.emptyWithinTokens(1, most));
    }
    Selection<String> merged = algorithm.emptyWithinTokens(1, most);
    for (String id : arrivals) {
      int own = tokens[Integer.parseInt(id)];
      if (shards.get(id.hashCode() % shardCount).offer(id, ROW, own)) {
        merged.offer(id, ROW, own);
      }
    }

    List<String> expected = within(most, ids(whole), tokens);
    assertThat(within(most, ids(merged), tokens)).isEqualTo(expected);
    assertThat(merged.size()).isLessThanOrEqualTo(expected.size() + 1);
    assertThat(ids(merged)).allMatch(merged.held()::contains);
  }
}
