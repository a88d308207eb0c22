package io.sluice.schemas.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TargetTaskRulesTest {
  private static final Message ASK = Messages.of("user", "1+1");
  private static final Message ANSWER = Messages.of("assistant", "2");

  @Test
  void givenGoodTask_whenChecked_thenNoProblems() {
    assertThat(TargetTaskRules.problems(good().build())).isEmpty();
  }

  @Test
  void givenArmsAndDraws_whenChecked_thenNoProblems() {
    TargetTask task =
        good()
            .setControls(List.of(Arm.RANDOM))
            .setRandomDraws(16)
            .setArms(
                List.of(
                    arm("rds", "hidden"),
                    new TaskArm("0.nearest_by-mean", "", "knn-uniform"),
                    new TaskArm("rds-near", "hidden", "knn-uniform")))
            .build();
    assertThat(TargetTaskRules.problems(task)).isEmpty();
  }

  @Test
  void givenQueryWithoutPrompt_whenChecked_thenNoProblems() {
    assertThat(TargetTaskRules.queryProblems(List.of(query("a", ANSWER)))).isEmpty();
  }

  @Test
  void givenTheLargestQuerySetAndBudget_whenChecked_thenNoProblems() {
    List<Query> most =
        IntStream.range(0, 10_000).mapToObj(i -> query("q" + i, ASK, ANSWER)).toList();
    assertThat(TargetTaskRules.queryProblems(most)).isEmpty();
    assertThat(TargetTaskRules.budgetProblems(List.of(1, 10_000_000))).isEmpty();
    List<Query> more = new ArrayList<>(most);
    more.add(query("one more", ASK, ANSWER));
    assertThat(TargetTaskRules.queryProblems(more)).singleElement().asString().contains("10001");
  }

  @Test
  void givenTheLargestNumberOfBudgets_whenChecked_thenOneMoreIsAProblem() {
    List<Integer> most = IntStream.rangeClosed(1, 100).boxed().toList();
    assertThat(TargetTaskRules.budgetProblems(most)).isEmpty();
    List<Integer> more = IntStream.rangeClosed(1, 101).boxed().toList();
    assertThat(TargetTaskRules.budgetProblems(more))
        .containsExactly("there are 101 budgets: give at most 100");
  }

  @Test
  void givenThousandsOfProblems_whenChecked_thenTheFirstHundredAndTheirNumber() {
    List<Query> queries = Collections.nCopies(10_000, query("a"));
    assertThat(TargetTaskRules.queryProblems(queries))
        .hasSize(101)
        .last()
        .asString()
        .startsWith("and ")
        .endsWith(" more problems");
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("task id ''", task -> task.setTaskId("")),
        fault("task id 'a/b'", task -> task.setTaskId("a/b")),
        fault("do not begin with a dot", task -> task.setTaskId("..")),
        fault("task id", task -> task.setTaskId("x".repeat(101))),
        fault("revision is 0", task -> task.setRevision(0)),
        fault("representation id", task -> task.setRepresentationId("a b")),
        fault("unknown algorithm 'magic': use", task -> task.setAlgorithm("magic")),
        fault("unknown algorithm 'random:-1'", task -> task.setAlgorithm("random:-1")),
        fault("unknown algorithm 'random:007'", task -> task.setAlgorithm("random:007")),
        fault("minimum pool factor is 0.5", task -> task.setMinPoolFactor(0.5)),
        fault("minimum pool factor is NaN", task -> task.setMinPoolFactor(Double.NaN)),
        fault("no budgets", task -> task.setBudgets(List.of())),
        fault("budget 0 is out of range", task -> task.setBudgets(List.of(0))),
        fault("budget 10000001 is out of range", task -> task.setBudgets(List.of(10_000_001))),
        fault("budget 5 follows 10", task -> task.setBudgets(List.of(10, 5))),
        fault("budget 5 follows 5", task -> task.setBudgets(List.of(5, 5))),
        fault("0 queries", task -> task.setQueries(List.of())),
        fault(
            "query 2 ('a'): another query has the same id",
            task -> task.setQueries(List.of(query("a", ANSWER), query("a", ANSWER)))),
        fault("messages is empty", task -> task.setQueries(List.of(query("a")))),
        fault(
            "unknown role 'robot'",
            task -> task.setQueries(List.of(query("a", Messages.of("robot", "x"), ANSWER)))),
        fault("last turn", task -> task.setQueries(List.of(query("a", ANSWER, ASK)))),
        fault(
            "last turn",
            task -> task.setQueries(List.of(query("a", ASK, Messages.of("assistant", " \n"))))),
        fault(
            "held-out example 1 ('a'): the last turn",
            task -> task.setHeldOut(List.of(query("a", ASK)))),
        fault("refresh turnover is 0.0", task -> task.setRefreshTurnover(0)),
        fault("refresh turnover is 1.5", task -> task.setRefreshTurnover(1.5)),
        fault("cooldown in seconds is -1", task -> task.setCooldown(-1)),
        fault("cannot be a control", task -> task.setControls(List.of(Arm.SELECTED))),
        fault("twice", task -> task.setControls(List.of(Arm.NONE, Arm.NONE))),
        fault("seeds are []", task -> task.setSeeds(List.of())),
        fault("seeds are [-1]", task -> task.setSeeds(List.of(-1))),
        fault("seeds are [3, 3]", task -> task.setSeeds(List.of(3, 3))),
        fault("launcher 'rm -rf'", task -> task.setLauncher("rm -rf")),
        arms("arm 'RDS': use a name of 1 to 40 characters of a-z", arm("RDS", "hidden")),
        arms("arm '': use a name", arm("", "hidden")),
        arms("arm 'random-1': this name means an arm", arm("random-1", "hidden")),
        arms("arm 'none': this name means an arm", arm("none", "hidden")),
        arms("arm 'a': representation id 'b c'", arm("a", "b c")),
        arms("arm 'a': unknown algorithm 'uot'", new TaskArm("a", "", "uot")),
        arms("arm 'a': another arm has the same name", arm("a", "b"), arm("a", "c")),
        arms("arm 'b': it selects the same as arm 'a'", arm("a", "x"), arm("b", "x")),
        arms("arm 'a': it selects the same as the task's own selection", arm("a", "")),
        arms("arm 'a': it selects the same as the task's own selection", arm("a", "default")),
        arms(
            "arm 'b': it selects the same as arm 'a'",
            new TaskArm("a", "", "random"),
            new TaskArm("b", "", "random:0")),
        fault(
            "arm 'a': it selects the same as the random control",
            task ->
                task.setControls(List.of(Arm.RANDOM))
                    .setRandomDraws(3)
                    .setArms(List.of(new TaskArm("a", "", "random:2")))),
        arms(
            "the task has 17 arms",
            IntStream.range(0, 17)
                .mapToObj(i -> new TaskArm("a" + i, "", "random:" + i))
                .toArray(TaskArm[]::new)),
        fault("random draws is 0", task -> task.setRandomDraws(0)),
        fault("random draws is 17", task -> task.setRandomDraws(17)),
        fault("random is not among the controls", task -> task.setRandomDraws(2)),
        fault(
            "the task's own algorithm is random",
            task ->
                task.setRandomDraws(2).setControls(List.of(Arm.RANDOM)).setAlgorithm("random:4")),
        training("epochs is 0", chosen -> chosen.setEpochs(0)),
        training("batch size is 0", chosen -> chosen.setBatchSize(0)),
        training("maximum length is 1", chosen -> chosen.setMaxLength(1)),
        training("rank of LoRA is 0", chosen -> chosen.setLoraRank(0)),
        training("learning rate is NaN", chosen -> chosen.setLearningRate(Double.NaN)),
        training("learning rate is 2.0", chosen -> chosen.setLearningRate(2)),
        training("gradient norm is 0.0", chosen -> chosen.setMaxGradientNorm(0)),
        training("alpha of LoRA is Inf", chosen -> chosen.setLoraAlpha(1 / 0.0)),
        training("warm-up ratio is 1.1", chosen -> chosen.setWarmupRatio(1.1)),
        training("weight decay is -0.1", chosen -> chosen.setWeightDecay(-0.1)),
        training("dropout of LoRA is 1", chosen -> chosen.setLoraDropout(1)),
        training(
            "the target of LoRA 'q proj' in lora_targets",
            chosen -> chosen.setLoraTargets(List.of("v_proj", "q proj"))),
        training(
            "in lora_targets is not the name of a layer",
            chosen -> chosen.setLoraTargets(List.of("q".repeat(201)))),
        training(
            "lora_targets has 101 names: use at most 100",
            chosen -> chosen.setLoraTargets(Collections.nCopies(101, "q_proj"))));
  }

  @Test
  void givenAsManyAndAsLongTargetsAsAreAllowed_whenChecked_thenThereIsNoProblem() {
    HyperParameters chosen =
        HyperParameters.newBuilder()
            .setLoraTargets(Collections.nCopies(100, "q".repeat(200)))
            .build();

    assertThat(TargetTaskRules.problems(good().setHyperParameters(chosen).build())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void givenOneFault_whenChecked_thenOnlyThatProblemIsReported(
      String expected, UnaryOperator<TargetTask.Builder> change) {
    assertThat(TargetTaskRules.problems(change.apply(good()).build()))
        .singleElement()
        .asString()
        .contains(expected);
  }

  private static Arguments fault(String expected, UnaryOperator<TargetTask.Builder> change) {
    return Arguments.of(expected, change);
  }

  private static Arguments arms(String expected, TaskArm... arms) {
    return fault(expected, task -> task.setArms(List.of(arms)));
  }

  private static TaskArm arm(String name, String representationId) {
    return new TaskArm(name, representationId, "round-robin");
  }

  private static Arguments training(
      String expected, UnaryOperator<HyperParameters.Builder> change) {
    HyperParameters chosen = change.apply(HyperParameters.newBuilder()).build();
    return fault(expected, task -> task.setHyperParameters(chosen));
  }

  private static TargetTask.Builder good() {
    return TargetTask.newBuilder()
        .setTaskId("Sums_1.0-b")
        .setRevision(1)
        .setBudgets(List.of(10, 20))
        .setQueries(List.of(query("a", ASK, ANSWER), query("b", ASK, ANSWER)));
  }

  private static Query query(String id, Message... messages) {
    return Queries.of(id, List.of(messages));
  }
}
