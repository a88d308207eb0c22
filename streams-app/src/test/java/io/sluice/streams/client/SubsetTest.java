package io.sluice.streams.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubsetTest {
  private static final TargetTask TASK =
      TargetTask.newBuilder()
          .setTaskId("t")
          .setRevision(2)
          .setBudgets(List.of(2, 3))
          .setQueries(
              List.of(
                  Queries.of("first", List.of(Messages.of("assistant", "1"))),
                  Queries.of("second", List.of(Messages.of("assistant", "2")))))
          .build();

  @Test
  void givenInstructionsInAnyOrder_whenASubsetIsBuilt_thenTheyAreInSelectionOrderWithTheirQuery() {
    Subset subset =
        Subset.of(
            TASK,
            List.of(
                selected("c", 0.5f, 0.4f), selected("a", 0.9f, 0.1f), selected("b", 0.2f, 0.8f)),
            3);

    assertThat(subset.entries())
        .extracting(
            Subset.Entry::rank,
            entry -> entry.instruction().getCandidateId(),
            Subset.Entry::query,
            Subset.Entry::score)
        .containsExactly(
            tuple(0, "a", "first", 0.9f),
            tuple(1, "b", "second", 0.8f),
            tuple(2, "c", "first", 0.5f));
  }

  @Test
  void givenATaskWithAnotherAlgorithm_whenASubsetIsBuilt_thenItIsInTheOrderOfThatAlgorithm() {
    TargetTask task = TargetTask.newBuilder(TASK).setAlgorithm("doubly-greedy").build();

    Subset subset =
        Subset.of(
            task,
            List.of(
                selected("c", 0.5f, 0.4f), selected("a", 0.1f, 0.9f), selected("b", 0.2f, 0.8f)),
            3);

    assertThat(subset.entries())
        .extracting(
            entry -> entry.instruction().getCandidateId(), Subset.Entry::query, Subset.Entry::score)
        .containsExactly(
            tuple("a", "second", 0.9f), tuple("b", "second", 0.8f), tuple("c", "first", 0.5f));
  }

  @Test
  void givenNeighbourhoods_whenASubsetIsBuilt_thenTheOrderIsByTheirNumberAndNotByScores() {
    TargetTask task = TargetTask.newBuilder(TASK).setAlgorithm("knn-uniform").build();

    Subset subset =
        Subset.of(
            task,
            List.of(
                near(1, selected("c", 0.9f, 0.4f)),
                near(2, selected("b", 0.1f, 0.2f)),
                near(1, selected("a", 0.3f, 0.2f))),
            3);

    assertThat(subset.entries())
        .extracting(
            entry -> entry.instruction().getCandidateId(), Subset.Entry::query, Subset.Entry::score)
        .containsExactly(
            tuple("b", "second", 0.2f), tuple("a", "first", 0.3f), tuple("c", "first", 0.9f));
  }

  private static SelectedInstruction near(int queries, SelectedInstruction instruction) {
    return SelectedInstruction.newBuilder(instruction).setNeighbourOf(queries).build();
  }

  @Test
  void givenASmallerBudget_whenASubsetIsBuilt_thenItIsAPrefixOfTheLargestOne() {
    Subset subset =
        Subset.of(
            TASK,
            List.of(
                selected("c", 0.5f, 0.4f), selected("a", 0.9f, 0.1f), selected("b", 0.2f, 0.8f)),
            1);

    assertThat(subset.entries())
        .extracting(e -> e.instruction().getCandidateId())
        .containsExactly("a");
  }

  @Test
  void givenABudgetOutOfRange_whenASubsetIsBuilt_thenTheErrorNamesTheRange() {
    assertThatThrownBy(() -> Subset.of(TASK, List.of(), 4)).hasMessageContaining("1 to 3");
    assertThatThrownBy(() -> Subset.of(TASK, List.of(), 0)).hasMessageContaining("1 to 3");
  }

  @Test
  void givenInstructionsOfAnEarlierRevision_whenASubsetIsBuilt_thenTheErrorSaysWhatToDo() {
    SelectedInstruction old =
        SelectedInstruction.newBuilder(selected("a", 1f, 1f)).setRevision(1).build();

    assertThatThrownBy(() -> Subset.of(TASK, List.of(old), 2))
        .hasMessageContainingAll("revision 2", "still at 1", "try again");
  }

  @Test
  void givenASubset_whenWritten_thenItIsOneJsonObjectPerLine() throws IOException {
    StringWriter out = new StringWriter();
    SelectedInstruction known =
        SelectedInstruction.newBuilder(selected("a", 0.9f, 0.1f)).setSource("books").build();

    SubsetWriter.write(Subset.of(TASK, List.of(known, selected("b\"", 0.2f, 0.8f)), 2), out);

    assertThat(out.toString())
        .isEqualTo(
            """
            {"rank":0,"candidate_id":"a","source":"books","score":0.9,"query":"first","messages":[{"role":"user","content":"é\\n?"},{"role":"assistant","content":"a"}]}
            {"rank":1,"candidate_id":"b\\"","score":0.8,"query":"second","messages":[{"role":"user","content":"é\\n?"},{"role":"assistant","content":"b\\""}]}
            """);
  }

  private static SelectedInstruction selected(String id, float first, float second) {
    return SelectedInstruction.newBuilder()
        .setTaskId("t")
        .setRevision(2)
        .setCandidateId(id)
        .setTier(3)
        .setScore(Math.max(first, second))
        .setBestQuery(first >= second ? 0 : 1)
        .setScores(List.of(first, second))
        .setMessages(List.of(Messages.of("user", "é\n?"), Messages.of("assistant", id)))
        .build();
  }
}
