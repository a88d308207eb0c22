package io.sluice.streams.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Rules;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.audit.Explanation.State;
import io.sluice.streams.client.ExplanationJson;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExplainedSubsetTest {
  private static final TargetTask TASK =
      TargetTask.newBuilder()
          .setTaskId("t")
          .setRevision(3)
          .setBudgets(List.of(1, 3))
          .setQueries(
              List.of(
                  Queries.of("first", List.of(Messages.of("assistant", "1"))),
                  Queries.of("second", List.of(Messages.of("assistant", "2")))))
          .build();

  private static final ExplainedSubset FULL =
      ExplainedSubset.of(
          TASK,
          List.of(
              selected("a", 1, 0.9f, 0.1f),
              selected("b", 3, 0.2f, 0.8f),
              selected("c", 3, 0.5f, 0.4f)),
          true);

  @Test
  void givenASelectedCandidate_whenExplained_thenItHasItsPlaceAndWhatItLostBefore() {
    Explanation explanation = FULL.explain("c", scored(0.5f, 0.4f));

    assertThat(explanation.state()).isEqualTo(State.SELECTED);
    assertThat(explanation.place()).contains(new Explanation.Place(2, 3, "first"));
    assertThat(explanation.why())
        .isEqualTo("it holds slot 2, for query 'first', in the subset of budget 3");
    assertThat(explanation.queries().get(0).lost())
        .contains(new Explanation.Lost(1, 0, "a", 0.9f, (double) 0.9f - 0.5f));
    assertThat(explanation.queries().get(1).lost())
        .contains(new Explanation.Lost(1, 1, "b", 0.8f, (double) 0.8f - 0.4f));
  }

  @Test
  void givenACandidateThatLost_whenExplained_thenItIsToldWhereItCameClosest() {
    Explanation explanation = FULL.explain("d", scored(0.45f, 0.1f));

    assertThat(explanation.state()).isEqualTo(State.NOT_SELECTED);
    assertThat(explanation.place()).isEmpty();
    assertThat(explanation.why())
        .isEqualTo(
            "it came closest for query 'first': 'c' holds slot 2 with a score that is 0.050000"
                + " higher");
    assertThat(explanation.queries().get(0).lost().orElseThrow().slots()).isEqualTo(2);
    assertThat(FULL.explain("d", scored(0.5f, 0.1f)).why())
        .isEqualTo("'c' holds slot 2 with the same score, and comes first by its id or content");
  }

  @Test
  void givenKnnUniform_whenNearAsManyQueries_thenItIsNotTheScoreThatIsSaidToBeTheSame() {
    ExplainedSubset subset =
        ExplainedSubset.of(
            TargetTask.newBuilder(TASK).setAlgorithm("knn-uniform").build(),
            List.of(
                near(2, selected("a", 1, 0.9f, 0.1f)),
                near(1, selected("b", 3, 0.2f, 0.8f)),
                near(1, selected("c", 3, 0.5f, 0.4f))),
            true);

    assertThat(subset.explain("d", nearOne(0.7f, 0.1f)).why())
        .isEqualTo("'c' holds slot 2, near as many queries, and comes first by its id or content");
  }

  private static SelectedInstruction near(int queries, SelectedInstruction selected) {
    return SelectedInstruction.newBuilder(selected).setNeighbourOf(queries).build();
  }

  private static Evidence nearOne(float... scores) {
    return new Evidence.Scored(scores, "", Optional.empty(), 1, List.of());
  }

  @Test
  void givenACandidateThatBeatsAHolder_whenExplained_thenThePublicationIsPending() {
    Explanation explanation = FULL.explain("d", scored(0.6f, 0.1f));

    assertThat(explanation.state()).isEqualTo(State.PENDING);
    assertThat(explanation.why()).contains("slot 2").contains("yet to publish");
    ExplainedSubset unfilled =
        ExplainedSubset.of(TASK, List.of(selected("a", 1, 0.9f, 0.1f)), false);
    assertThat(unfilled.explain("d", scored(0.1f, 0.1f)).state()).isEqualTo(State.PENDING);
  }

  @Test
  void givenContentsThatCountOnce_whenExplained_thenTheLowestIdStandsForThem() {
    TargetTask task =
        TargetTask.newBuilder(TASK)
            .setRules(Rules.newBuilder().setDuplicates(Duplicates.ONE).build())
            .build();
    ExplainedSubset subset =
        ExplainedSubset.of(
            task,
            List.of(
                SelectedInstruction.newBuilder(selected("b", 1, 0.9f, 0.1f))
                    .setContent("x")
                    .build(),
                SelectedInstruction.newBuilder(selected("d", 3, 0.2f, 0.8f))
                    .setContent("y")
                    .build()),
            true);

    Explanation copy = subset.explain("c", content("x", "b", 0.9f, 0.1f));
    assertThat(copy.state()).isEqualTo(State.DUPLICATE);
    assertThat(copy.sameContentAs()).contains("b");
    assertThat(copy.why()).isEqualTo("'b' has the same content and holds slot 0");
    assertThat(copy.place()).isEmpty();
    assertThat(subset.explain("b", content("x", "b", 0.9f, 0.1f)).state())
        .isEqualTo(State.SELECTED);
    assertThat(subset.explain("a", content("x", "a", 0.9f, 0.1f)).state()).isEqualTo(State.PENDING);
    Explanation lost = subset.explain("f", content("z", "e", 0.1f, 0.1f));
    assertThat(lost.state()).isEqualTo(State.DUPLICATE);
    assertThat(lost.why())
        .startsWith("'e' has the same content, which is not selected: it came closest");
  }

  @Test
  void givenACandidateThatIsNotInThePool_whenExplained_thenTheReasonIsGiven() {
    Explanation leftOut =
        FULL.explain("d", new Evidence.LeftOut(List.of("min_tokens", "leak"), List.of("first")));
    assertThat(leftOut.state()).isEqualTo(State.LEFT_OUT);
    assertThat(leftOut.why()).isEqualTo("rules of the task leave it out: min_tokens, leak");
    assertThat(leftOut.leaksWith()).containsExactly("first");
    Explanation retracted = FULL.explain("d", new Evidence.Absent(State.RETRACTED, "gone"));
    assertThat(retracted.state()).isEqualTo(State.RETRACTED);
    assertThat(retracted.why()).isEqualTo("gone");
    assertThat(ExplanationJson.of(retracted))
        .isEqualTo(
            "{\"task\":\"t\",\"revision\":3,\"candidate\":\"d\",\"state\":\"retracted\",\"why\":\"gone\","
                + "\"algorithm\":\"round-robin\",\"place\":null,\"queries\":[],\"left_out_by\":[],"
                + "\"leaks_with\":[],\"same_content_as\":null}");
  }

  private static Evidence scored(float... scores) {
    return new Evidence.Scored(scores, "", Optional.empty(), 0, List.of());
  }

  private static Evidence content(String content, String lowestId, float... scores) {
    return new Evidence.Scored(scores, content, Optional.of(lowestId), 0, List.of());
  }

  private static SelectedInstruction selected(String id, int tier, float first, float second) {
    return SelectedInstruction.newBuilder()
        .setTaskId("t")
        .setRevision(3)
        .setCandidateId(id)
        .setTier(tier)
        .setScore(Math.max(first, second))
        .setBestQuery(first >= second ? 0 : 1)
        .setScores(List.of(first, second))
        .setMessages(List.of(Messages.of("assistant", "x")))
        .build();
  }
}
