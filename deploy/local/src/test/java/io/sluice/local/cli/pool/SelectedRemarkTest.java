package io.sluice.local.cli.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.client.Subset;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SelectedRemarkTest {
  @Test
  void givenASubsetThatItsTokensEnd_whenItIsSmallerThanTheBudget_thenTheRemarkSaysThatItIsFull() {
    TargetTask task = task(List.of(150L, 300L));

    assertThat(SelectedRemark.of(subset(task, 8, 10), 10, status(1, 8, true)))
        .contains(
            "8 of 10 are selected, and the budget is full by its learnt tokens, 136 of 150: the next"
                + " candidate would not fit");
    assertThat(SelectedRemark.of(subset(task, 8, 9), 9, status(1, 8, true)))
        .as("a size below a budget has the tokens of that budget")
        .get()
        .asString()
        .contains("136 of 150")
        .endsWith(
            "; 9 is none of the task's budgets and has no number of learnt tokens of its own: the"
                + " 150 of the budget 10 apply");
    assertThat(SelectedRemark.of(subset(task, 0, 10), 10, status(1, 0, true)))
        .get()
        .asString()
        .contains("0 of 150: the first candidate alone has more");
  }

  @Test
  void givenASubsetThatMoreCandidatesCanFill_whenItIsSmallerThanTheBudget_thenSoFar() {
    TargetTask tokens = task(List.of(150L, 300L));
    String soFar = "8 of 10 are selected so far";

    assertThat(SelectedRemark.of(subset(task(List.of()), 8, 10), 10, status(1, 8, false)))
        .contains(soFar);
    assertThat(SelectedRemark.of(subset(tokens, 8, 10), 10, status(1, 8, false))).contains(soFar);
    assertThat(SelectedRemark.of(subset(tokens, 8, 10), 10, status(2, 8, true)))
        .as("the status of another revision")
        .contains(soFar);
    assertThat(SelectedRemark.of(subset(tokens, 8, 10), 10, Optional.empty()))
        .contains(soFar + "; no streams-app has reported on the task: does 'sluice streams' run?");
  }

  @Test
  void givenASubsetOfTheSizeThatWasAskedFor_whenShown_thenNoRemark() {
    assertThat(SelectedRemark.of(subset(task(List.of(150L, 300L)), 8, 8), 8, status(1, 8, true)))
        .as("that is none of the budgets")
        .contains(
            "8 is none of the task's budgets and has no number of learnt tokens of its own: the 150"
                + " of the budget 10 apply");
    assertThat(
            SelectedRemark.of(subset(task(List.of(300L, 400L)), 10, 10), 10, status(1, 10, true)))
        .isEmpty();
    assertThat(SelectedRemark.of(subset(task(List.of()), 8, 8), 8, status(1, 8, true))).isEmpty();
  }

  /** Subsets of candidates with 17 learnt tokens each. */
  private static Subset subset(TargetTask task, int size, int budget) {
    return Subset.of(
        task,
        IntStream.range(0, size)
            .mapToObj(
                i ->
                    SelectedInstruction.newBuilder()
                        .setTaskId("t")
                        .setRevision(1)
                        .setCandidateId("c" + i)
                        .setTier(10)
                        .setScore(0.5f)
                        .setBestQuery(0)
                        .setScores(List.of(0.5f))
                        .setMessages(List.of(Messages.of("assistant", "a")))
                        .setLearntTokens(17)
                        .build())
            .toList(),
        budget);
  }

  private static TargetTask task(List<Long> tokens) {
    return TargetTask.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setQueries(List.of(Queries.of("q", List.of(Messages.of("assistant", "1")))))
        .setBudgets(List.of(10, 20))
        .setBudgetTokens(tokens)
        .build();
  }

  private static Optional<TaskStatus> status(int revision, int filled, boolean full) {
    TierStatus.Builder tier = TierStatus.newBuilder().setFilled(filled).setJobs(0);
    return Optional.of(
        TaskStatus.newBuilder()
            .setTaskId("t")
            .setRevision(revision)
            .setQueries(1)
            .setPool(100)
            .setWaiting(0)
            .setNominated(100)
            .setSelected(filled)
            .setTiers(
                List.of(
                    tier.setBudget(10).setFull(full).build(),
                    tier.setBudget(20).setFull(false).build()))
            .build());
  }
}
