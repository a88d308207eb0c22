package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What a candidate is told about its place, against the batch order of the whole pool. */
class StandingTest {
  @Provide
  Arbitrary<Algorithm> algorithms() {
    return Arbitraries.of(
        new Algorithm.RoundRobin(),
        new Algorithm.DoublyGreedy(),
        new Algorithm.KnnUniform(3),
        new Algorithm.Random(7));
  }

  @Property(tries = 500)
  void aCandidateLosesExactlyTheSlotsWhoseHoldersComeBeforeIt(
      @ForAll("algorithms") Algorithm algorithm,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int queries,
      @ForAll @IntRange(min = 1, max = 30) int candidates,
      @ForAll @IntRange(min = 1, max = 35) int budget) {
    float[][] rows = rows(new Random(seed), queries, candidates);
    List<Slot<String>> slots = select(algorithm, rows, all(candidates), budget);
    List<Slot<String>> everyone = select(algorithm, rows, all(candidates), candidates);
    for (int candidate = 0; candidate < candidates; candidate++) {
      String key = key(candidate);
      float[] scores = scores(rows, candidate);
      Slot<String> own = slotOf(key, everyone).orElseThrow();

      Standing standing =
          Standing.of(algorithm, slots, new Standing.Contender(key, scores, own.neighbourOf()));

      assertThat(standing.held()).isEqualTo(slotOf(key, slots));
      assertThat(standing.won()).isEmpty();
      List<Slot<String>> before =
          slots.subList(0, standing.held().map(Slot::slot).orElse(slots.size()));
      assertThat(standing.lost().stream().mapToInt(Standing.Lost::slots).sum())
          .isEqualTo(before.size());
      for (Standing.Lost lost : standing.lost()) {
        List<Slot<String>> ofQuery =
            algorithm instanceof Algorithm.RoundRobin
                ? before.stream().filter(slot -> slot.query() == lost.query()).toList()
                : before;
        assertThat(lost.slots()).isEqualTo(ofQuery.size());
        assertThat(lost.closest()).isEqualTo(ofQuery.get(ofQuery.size() - 1));
        assertThat(lost.by()).isEqualTo(more(algorithm, lost.closest(), own, scores));
        assertThat(lost.by() > 0 || comesFirst(algorithm, lost.closest().id(), key)).isTrue();
      }
    }
  }

  @Property(tries = 500)
  void aCandidateThatIsMissingInTheSelectionHasWonTheSlotThatItWouldTake(
      @ForAll("algorithms") Algorithm algorithm,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int queries,
      @ForAll @IntRange(min = 2, max = 30) int candidates,
      @ForAll @IntRange(min = 1, max = 35) int budget) {
    if (algorithm instanceof Algorithm.KnnUniform) {
      // A further candidate changes K, and with it what the others have.
      return;
    }
    float[][] rows = rows(new Random(seed), queries, candidates);
    int missing = new Random(seed).nextInt(candidates);
    List<Slot<String>> without =
        select(
            algorithm,
            rows,
            IntStream.range(0, candidates).filter(each -> each != missing).toArray(),
            budget);
    Optional<Slot<String>> due =
        slotOf(key(missing), select(algorithm, rows, all(candidates), budget));

    Standing standing =
        Standing.of(
            algorithm, without, new Standing.Contender(key(missing), scores(rows, missing), 0));

    assertThat(standing.held()).isEmpty();
    assertThat(standing.won().map(Slot::slot))
        .isEqualTo(due.map(Slot::slot).filter(slot -> slot < without.size()));
  }

  private static List<Slot<String>> select(
      Algorithm algorithm, float[][] rows, int[] some, int budget) {
    float[][] table = new float[rows.length][];
    for (int query = 0; query < rows.length; query++) {
      int of = query;
      table[query] = new float[some.length];
      for (int i = 0; i < some.length; i++) {
        table[of][i] = rows[of][some[i]];
      }
    }
    return BatchOrder.select(algorithm, table, budget, column -> key(some[column])).stream()
        .map(
            slot ->
                new Slot<>(
                    slot.slot(),
                    slot.query(),
                    key(some[slot.id()]),
                    slot.score(),
                    slot.neighbourOf()))
        .toList();
  }

  /** How much more a holder has than a candidate of what the algorithm compares. */
  private static double more(
      Algorithm algorithm, Slot<String> holder, Slot<String> own, float[] scores) {
    if (algorithm instanceof Algorithm.RoundRobin) {
      return (double) holder.score() - scores[holder.query()];
    } else if (algorithm instanceof Algorithm.DoublyGreedy) {
      return (double) holder.score() - own.score();
    }
    return holder.neighbourOf() - own.neighbourOf();
  }

  private static boolean comesFirst(Algorithm algorithm, String holder, String key) {
    if (algorithm instanceof Algorithm.Random random) {
      IdHash hash = new IdHash(random.seed());
      return hash.of(holder) < hash.of(key);
    }
    return holder.compareTo(key) < 0;
  }

  /** Few values, so that there are ties, and both zeros. */
  private static float[][] rows(Random random, int queries, int candidates) {
    float[] values = {-0.5f, -0.25f, -0f, 0f, 0.25f, 0.7500001f, 0.75f, 1f};
    float[][] rows = new float[queries][candidates];
    for (float[] row : rows) {
      for (int candidate = 0; candidate < candidates; candidate++) {
        row[candidate] = values[random.nextInt(values.length)];
      }
    }
    return rows;
  }

  private static int[] all(int candidates) {
    return IntStream.range(0, candidates).toArray();
  }

  private static float[] scores(float[][] rows, int candidate) {
    float[] scores = new float[rows.length];
    for (int query = 0; query < scores.length; query++) {
      scores[query] = rows[query][candidate];
    }
    return scores;
  }

  private static String key(int candidate) {
    return "c%02d".formatted(candidate);
  }

  private static Optional<Slot<String>> slotOf(String key, List<Slot<String>> slots) {
    return slots.stream().filter(slot -> slot.id().equals(key)).findFirst();
  }
}
