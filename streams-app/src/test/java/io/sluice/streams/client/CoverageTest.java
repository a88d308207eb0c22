package io.sluice.streams.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoverageTest {
  @Test
  void givenAQueryWithMuchLowerScores_whenCovered_thenItAloneIsWeak() {
    Coverage coverage = Coverage.of(subset("round-robin", 0.50f, 0.52f, 0.30f, 0.48f, 0.51f));

    assertThat(coverage.weak()).extracting(Coverage.OfQuery::query).containsExactly("q2");
    assertThat(coverage.queries())
        .extracting(Coverage.OfQuery::weak)
        .containsExactly(false, false, true, false, false);
    assertThat(coverage.median().orElseThrow()).isCloseTo(0.50, within(1e-6));
    // The distances from the median are 0, 0.01, 0.02, 0.02 and 0.2.
    assertThat(coverage.limit().orElseThrow()).isCloseTo(0.50 - 2 * 1.4826 * 0.02, within(1e-6));
  }

  @Test
  void givenSimilarSupports_whenCovered_thenNoneIsWeak() {
    assertThat(Coverage.of(subset("round-robin", 0.50f, 0.52f, 0.47f, 0.48f, 0.51f)).weak())
        .isEmpty();
    assertThat(Coverage.of(subset("round-robin", 0.9f, 0.1f)).weak()).isEmpty();
    assertThat(Coverage.of(subset("round-robin", 0.4f, 0.4f, 0.4f)).weak()).isEmpty();
  }

  @Test
  void givenAQueryThatNothingWasSelectedFor_whenCovered_thenItIsWeakAndComesFirst() {
    TargetTask task = task("doubly-greedy", 3);
    List<SelectedInstruction> selected =
        List.of(selected("a", 0.9f, 0.1f, 0f), selected("b", 0.2f, 0.3f, 0.1f));

    Coverage coverage = Coverage.of(Subset.of(task, selected, 3));

    assertThat(coverage.weak()).extracting(Coverage.OfQuery::query).containsExactly("q2");
    assertThat(coverage.queries().get(2).candidates()).isZero();
    assertThat(coverage.queries().get(2).best()).contains(0.1f);
  }

  @Test
  void givenAnEmptySubset_whenCovered_thenNothingIsKnownOfAnyQuery() {
    Coverage coverage = Coverage.of(Subset.of(task("round-robin", 2), List.of(), 2));

    assertThat(coverage.weak()).isEmpty();
    assertThat(coverage.median()).isEmpty();
    assertThat(coverage.limit()).isEmpty();
  }

  /**
   * A subset with one candidate for each query, which has this score for it and none for others.
   */
  private static Subset subset(String algorithm, float... supports) {
    List<SelectedInstruction> selected = new ArrayList<>();
    for (int query = 0; query < supports.length; query++) {
      Float[] scores = new Float[supports.length];
      Arrays.fill(scores, 0f);
      scores[query] = supports[query];
      selected.add(selected("c" + query, scores));
    }
    return Subset.of(task(algorithm, supports.length), selected, supports.length);
  }

  private static TargetTask task(String algorithm, int queries) {
    return TargetTask.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setAlgorithm(algorithm)
        .setBudgets(List.of(queries))
        .setQueries(
            IntStream.range(0, queries)
                .mapToObj(q -> Queries.of("q" + q, List.of(Messages.of("assistant", "a"))))
                .toList())
        .build();
  }

  private static SelectedInstruction selected(String id, Float... scores) {
    List<Float> row = List.of(scores);
    int best = IntStream.range(0, scores.length).reduce(0, (a, b) -> scores[b] > scores[a] ? b : a);
    return SelectedInstruction.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setCandidateId(id)
        .setTier(scores.length)
        .setScore(scores[best])
        .setBestQuery(best)
        .setScores(row)
        .setMessages(List.of(Messages.of("assistant", "x")))
        .build();
  }
}
