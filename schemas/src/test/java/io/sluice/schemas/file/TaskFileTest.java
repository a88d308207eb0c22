package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Condition;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Leaks;
import io.sluice.schemas.Query;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.validation.TargetTaskRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskFileTest {
  private static final String TURNS =
      "\"messages\":[{\"role\":\"user\",\"content\":\"1+1\"},"
          + "{\"role\":\"assistant\",\"content\":\"2\"}]";

  @TempDir Path dir;

  @Test
  void givenOnlyTaskAndQueries_whenConvertedToATask_thenTheRestHasTheDefaultsOfTheSchema()
      throws IOException {
    TaskFile file = read("{\"task\":\"sums\",\"queries\":[{" + TURNS + "},{" + TURNS + "}]}");
    assertThat(file.queries()).extracting(Query::getId).containsExactly("0", "1");
    assertThat(file.budgets()).isEmpty();

    TargetTask task = file.withBudgets(List.of(5, 10)).toTargetTask(3);
    assertThat(task.getTaskId()).isEqualTo("sums");
    assertThat(task.getRevision()).isEqualTo(3);
    assertThat(task.getBudgets()).containsExactly(5, 10);
    assertThat(task.getRepresentationId()).isEqualTo("default");
    assertThat(task.getAlgorithm()).isEqualTo("round-robin");
    assertThat(task.getMinPoolFactor()).isEqualTo(10.0);
    assertThat(task.getQueries()).isEqualTo(file.queries());
    assertThat(task.getControls()).containsExactly(Arm.NONE, Arm.RANDOM);
    assertThat(task.getHyperParameters()).isEqualTo(HyperParameters.newBuilder().build());
    assertThat(task.getRules()).isEqualTo(Rules.newBuilder().build());
    assertThat(TargetTaskRules.problems(task)).isEmpty();
  }

  @Test
  void givenEveryField_whenConvertedToATask_thenItHasThemAll() throws IOException {
    TargetTask task =
        read("{\"task\":\"t\",\"queries\":[{\"id\":7,"
                + TURNS
                + "}],\"budgets\":[2,4],\"representation_id\":\"r\",\"algorithm\":\"random:3\","
                + "\"min_pool_factor\":1.5,\"comment\":\"ignored\","
                + "\"refresh_turnover\":0.5,\"cooldown_seconds\":7,\"controls\":[\"random\"],"
                + "\"seeds\":[3,4],\"launcher\":\"builtin\",\"held_out\":[{"
                + TURNS
                + "}],\"random_draws\":3,\"arms\":[{\"name\":\"rds\",\"representation\":\"hidden\","
                + "\"algorithm\":\"doubly-greedy\"},{\"name\":\"plain\"}],\"hyper_parameters\":{\"epochs\":1,\"learning_rate\":1e-3,"
                + "\"batch_size\":2,\"warmup_ratio\":0.1,\"weight_decay\":0.2,"
                + "\"max_gradient_norm\":3,\"max_length\":4,\"full\":true,\"lora_rank\":5,"
                + "\"lora_alpha\":6,\"lora_dropout\":0.3,\"lora_targets\":[\"q_proj\"]}}")
            .toTargetTask(1);
    assertThat(task.getRefreshTurnover()).isEqualTo(0.5);
    assertThat(task.getCooldown()).isEqualTo(7);
    assertThat(task.getControls()).containsExactly(Arm.RANDOM);
    assertThat(task.getSeeds()).containsExactly(3, 4);
    assertThat(task.getLauncher()).isEqualTo("builtin");
    assertThat(task.getHeldOut()).extracting(Query::getId).containsExactly("0");
    assertThat(task.getHyperParameters())
        .isEqualTo(
            new HyperParameters(
                1, 1e-3, 2, 0.1, 0.2, 3.0, 4, true, 5, 6.0, 0.3, List.of("q_proj")));
    assertThat(task.getQueries().get(0).getId()).isEqualTo("7");
    assertThat(task.getBudgets()).containsExactly(2, 4);
    assertThat(task.getRepresentationId()).isEqualTo("r");
    assertThat(task.getAlgorithm()).isEqualTo("random:3");
    assertThat(task.getMinPoolFactor()).isEqualTo(1.5);
    assertThat(task.getRandomDraws()).isEqualTo(3);
    assertThat(task.getArms())
        .containsExactly(
            new TaskArm("rds", "hidden", "doubly-greedy"), new TaskArm("plain", "", "round-robin"));
  }

  @Test
  void givenRules_whenConvertedToATask_thenItHasThem() throws IOException {
    Rules rules =
        read("{\"task\":\"t\",\"queries\":[{"
                + TURNS
                + "}],\"min_tokens\":5,\"max_tokens\":7,\"duplicates\":\"one\",\"leaks\":\"exclude\",\"leak_words\":8,\"where\":{"
                + "\"source\":{\"in\":[\"flan\",\"cot\"]},"
                + "\"metadata.licence\":{\"equals\":\"mit\"},"
                + "\"metadata.level\":{\"not_in\":[1,true],\"missing\":true},"
                + "\"metadata.a.b\":{\"min\":-0.5,\"max\":2}}}")
            .toTargetTask(1)
            .getRules();

    assertThat(rules.getMinTokens()).isEqualTo(5);
    assertThat(rules.getMaxTokens()).isEqualTo(7);
    assertThat(rules.getDuplicates()).isEqualTo(Duplicates.ONE);
    assertThat(rules.getLeaks()).isEqualTo(Leaks.EXCLUDE);
    assertThat(rules.getLeakWords()).isEqualTo(8);
    assertThat(rules.getWhere())
        .containsExactly(
            new Condition("source", List.of("flan", "cot"), List.of(), List.of(), List.of(), false),
            new Condition(
                "metadata.licence", List.of("mit"), List.of(), List.of(), List.of(), false),
            new Condition(
                "metadata.level", List.of(), List.of("1", "true"), List.of(), List.of(), true),
            new Condition(
                "metadata.a.b", List.of(), List.of(), List.of(-0.5), List.of(2.0), false));
  }

  @Test
  void givenBudgetsInTokens_whenConvertedToATask_thenThereIsOneForEachBudgetInAscendingOrder()
      throws IOException {
    TaskFile file =
        read("{\"task\":\"t\",\"queries\":[{" + TURNS + "}],\"budget_tokens\":[100,5000000000]}");

    TargetTask task = file.withBudgets(List.of(5, 10)).toTargetTask(1);
    assertThat(task.getBudgetTokens()).containsExactly(100L, 5_000_000_000L);
    assertThat(TargetTaskRules.problems(task)).isEmpty();
    assertThat(TargetTaskRules.problems(file.withBudgets(List.of(5)).toTargetTask(1)))
        .containsExactly("budget_tokens has 2 numbers for 1 budgets: give one for each budget");
    assertThat(
            TargetTaskRules.problems(
                TargetTask.newBuilder(task).setBudgetTokens(List.of(0L, 0L)).build()))
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).contains("use numbers of 1 or more"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "where":[]                              | where is not an object: use {"source":
          "where":{"licence":{"equals":"mit"}}    | where: 'licence' is an unknown field: use source or metadata.NAME
          "where":{"metadata.":{"equals":"mit"}}  | where: 'metadata.' is an unknown field
          "where":{"source":"flan"}               | where: 'source' is not an object with one of equals, in
          "where":{"source":{}}                   | where: 'source' is not an object with one of equals, in
          "where":{"source":{"like":"f"}}         | where: 'source': unknown field 'like', use equals, in, max, min, missing, not_in
          "where":{"source":{"in":"flan"}}        | where: 'source': in is not a list with at least one value
          "where":{"source":{"in":[]}}            | where: 'source': in is not a list with at least one value
          "where":{"source":{"not_in":[{}]}}      | where: 'source': not_in: {} is no text, number or truth value
          "where":{"source":{"equals":null}}      | where: 'source': equals: null is no text, number or truth value
          "where":{"source":{"min":"1"}}          | where: 'source': min is not a number
          "where":{"source":{"max":1e999}}        | where: 'source' is compared with a number that is not finite
          "where":{"source":{"min":2,"max":1}}    | where: 'source' has the range 2.0 to 1.0, in which there is no number
          "where":{"source":{"missing":0}}        | where: 'source': missing is neither true nor false
          "where":{"source":{"equals":"a","in":["b"]}} | where: 'source': equals and in contradict each other
          "duplicates":"none"                     | duplicates: 'none' is unknown: use "one" or "all"
          "duplicates":1                          | duplicates is not a text
          "budget_tokens":100                     | budget_tokens is not a list
          "budget_tokens":[]                      | budget_tokens is empty: give one number for each budget
          "budget_tokens":[1.5]                   | budget_tokens: 1.5 is not a whole number
          "leaks":"drop"                          | leaks: 'drop' is unknown: use "report", "exclude" or "ignore"
          "leak_words":0                          | leak_words is 0: use 1 to 1000 words
          "min_tokens":0                          | min_tokens is 0: use 1 or more, or leave it out for no limit
          "max_tokens":1.5                        | max_tokens is not a whole number
          "min_tokens":9,"max_tokens":8           | min_tokens is 9 and max_tokens is 8: nothing can be between
          """)
  void givenBadRules_whenRead_thenTheErrorNamesFieldAndProblem(String rules, String reason) {
    assertThatThrownBy(() -> read("{\"task\":\"t\",\"queries\":[{" + TURNS + "}]," + rules + "}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          task: sums                                          | not JSON: something is wrong at column
          []                                                  | not a JSON object
          {"queries":[]}                                      | task (the task's id) is missing
          {"task":"t"}                                        | queries (the list of examples) is missing
          {"task":"t","queries":[]}                           | the task has 0 queries
          {"task":"a b","queries":[{TURNS}]}                  | task id 'a b': use 1 to 100 characters of
          {"task":".t","queries":[{TURNS}]}                   | task id '.t': use 1 to 100 characters of A-Z a-z 0-9 . _ -, and do not begin with a dot
          {"task":"t","queries":[{TURNS}],"helt_out":[]}      | task file: unknown field 'helt_out', use algorithm, arms, budget_tokens, budgets, comment
          {"task":"t","queries":[{TURNS}],"hyper_parameters":{"lora_targets":[5]}} | lora_targets: 5 is not a text
          {"task":"t","queries":[{"id":"x"}]}                 | queries 1: messages is missing
          {"task":"t","queries":[7]}                          | queries 1: messages is missing
          {"task":"t","queries":[{TURNS},{"id":0,TURNS}]}     | query 2 ('0'): another query has the same id
          {"task":"t","queries":[{TURNS}],"budgets":5}        | budgets is not a list
          {"task":"t","queries":[{TURNS}],"budgets":[1.5]}    | budgets: 1.5 is not a whole number
          {"task":"t","queries":[{TURNS}],"min_pool_factor":"x"} | min_pool_factor is not a number
          {"task":"t","queries":[{TURNS}],"controls":["best"]} | controls: "best" is unknown: use "none" or "random"
          {"task":"t","queries":[{TURNS}],"arms":["rds"]} | arms: "rds" is not an object
          {"task":"t","queries":[{TURNS}],"arms":[{"algorithm":"knn-uniform"}]} | arms: a name is missing
          {"task":"t","queries":[{TURNS}],"arms":[{"name":"a","budget":5}]} | arms: unknown field 'budget', use algorithm, name, representation
          {"task":"t","queries":[{TURNS}],"seeds":["a"]}       | seeds: "a" is not a whole number
          {"task":"t","queries":[{TURNS}],"cooldown_seconds":1.5} | cooldown_seconds is not a whole number
          {"task":"t","queries":[{TURNS}],"hyper_parameters":{"lr":1}} | hyper_parameters: unknown field 'lr'
          {"task":"t","queries":[{TURNS}],"hyper_parameters":{"full":1}} | full is neither true nor false
          {"task":"t","queries":[{TURNS}],"held_out":[{}]}     | held_out 1: messages is missing
          {"task":"t","queries":[{TURNS}],"held_out":[{"messages":[]}]} | held-out example 1 ('0'): messages is empty
          """)
  void givenABadTaskFile_whenRead_thenTheErrorNamesFileAndProblem(String content, String reason) {
    assertThatThrownBy(() -> read(content.replace("TURNS", TURNS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("task.json: ")
        .hasMessageContaining(reason);
  }

  @Test
  void givenManyBadQueries_whenRead_thenTheErrorShowsSomeAndCountsTheRest() {
    String bad = "{\"id\":\"x\",\"messages\":[]}";
    assertThatThrownBy(
            () -> read("{\"task\":\"t\",\"queries\":[" + (bad + ",").repeat(9) + bad + "]}"))
        .hasMessageContaining("query 1 ('x'): messages is empty")
        .hasMessageEndingWith("and 14 more problems");
  }

  @Test
  void givenAFileThatCannotBeRead_whenRead_thenTheErrorSaysWhy() throws IOException {
    assertThatThrownBy(() -> TaskFile.read(dir.resolve("none.json")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.json: there is no such file");
    assertThatThrownBy(() -> TaskFile.read(dir)).hasMessageContaining("is a directory");
    Path latin1 = Files.write(dir.resolve("latin1.json"), new byte[] {'{', (byte) 0xe9, '}'});
    assertThatThrownBy(() -> TaskFile.read(latin1)).hasMessageContaining("not UTF-8");
  }

  private TaskFile read(String content) throws IOException {
    return TaskFile.read(Files.writeString(dir.resolve("task.json"), content));
  }
}
