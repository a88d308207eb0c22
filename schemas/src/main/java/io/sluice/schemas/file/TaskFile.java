package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Query;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.validation.EligibilityRules;
import io.sluice.schemas.validation.TargetTaskRules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A target task as people write it in a JSON file: {@code {"task", "queries": [{"id"?,
 * "messages"}], "budgets"?, "representation_id"?, "algorithm"?, "min_pool_factor"?}} and the fields
 * of {@link TaskPoolRules} and {@link TaskTraining}. A field {@code "comment"} is ignored; any
 * other field is refused.
 *
 * @param task the task id
 * @param queries the query set, at least one query; a query without an id gets its index, from 0
 * @param budgets the budgets in examples; empty when the file has none
 * @param budgetTokens the most learnt tokens of each budget; empty for no limit
 * @param representationId the representation id of the workers that represent the task, if given
 * @param algorithm the selection algorithm, if given
 * @param minPoolFactor how many times its budget the pool must hold before a job fires, if given
 * @param rules which candidates are eligible
 * @param training settings of the task's fine-tune jobs
 */
public record TaskFile(
    String task,
    List<Query> queries,
    List<Integer> budgets,
    List<Long> budgetTokens,
    Optional<String> representationId,
    Optional<String> algorithm,
    OptionalDouble minPoolFactor,
    Rules rules,
    TaskTraining training) {

  private static final int PROBLEMS_SHOWN = 5;
  private static final int MAX_BYTES = 1 << 26;

  private static final Set<String> FIELDS =
      Stream.of(
              Set.of(
                  "task",
                  "comment",
                  "queries",
                  "budgets",
                  "representation_id",
                  "algorithm",
                  "min_pool_factor"),
              TaskPoolRules.FIELDS,
              TaskTraining.FIELDS)
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  /** Copies the lists, so that the task cannot change afterwards. */
  public TaskFile {
    queries = List.copyOf(queries);
    budgets = List.copyOf(budgets);
    budgetTokens = List.copyOf(budgetTokens);
  }

  /**
   * Reads a task file. Task id, queries, held-out examples and rules are checked as {@link
   * TargetTaskRules} does. The rest is checked later, by the caller of {@link #toTargetTask},
   * because budgets may come from elsewhere.
   *
   * @throws IOException when the file is missing or cannot be read
   * @throws IllegalArgumentException when the file does not hold a task; the message names the file
   *     and the problem
   */
  public static TaskFile read(Path path) throws IOException {
    try {
      return parse(text(path));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(path + ": not UTF-8 text: save the file as UTF-8", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  /** The names of the fields that a task file may have. */
  public static Set<String> fields() {
    return FIELDS;
  }

  /** Whether a file is meant as a task, also when it is not valid. */
  static boolean isTask(Path path) throws IOException {
    try {
      return text(path).contains("\"queries\"");
    } catch (CharacterCodingException | IllegalArgumentException e) {
      return false;
    }
  }

  private static String text(Path path) throws IOException {
    try (InputStream in = TextInput.open(path).in()) {
      byte[] bytes = bytes(path, in);
      if (bytes.length > MAX_BYTES) {
        throw new IllegalArgumentException("longer than " + MAX_BYTES + " bytes: no task is");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  private static byte[] bytes(Path path, InputStream in) throws IOException {
    try {
      return in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new IOException(path + " cannot be read to its end: " + e.getMessage(), e);
    }
  }

  /** Returns the same task with other budgets, in examples. */
  public TaskFile withBudgets(List<Integer> others) {
    return new TaskFile(
        task,
        queries,
        others,
        budgetTokens,
        representationId,
        algorithm,
        minPoolFactor,
        rules,
        training);
  }

  /**
   * Converts the task to a record of topic target-tasks. Fields that the file does not give get the
   * defaults of the schema, but controls get both {@code none} and {@code random}. The caller
   * checks the record with {@link TargetTaskRules#problems}.
   *
   * @param revision the task's revision, from 1
   */
  public TargetTask toTargetTask(int revision) {
    TargetTask.Builder builder =
        TargetTask.newBuilder()
            .setTaskId(task)
            .setRevision(revision)
            .setBudgets(budgets)
            .setBudgetTokens(budgetTokens)
            .setQueries(queries)
            .setRules(rules);
    representationId.ifPresent(builder::setRepresentationId);
    algorithm.ifPresent(builder::setAlgorithm);
    minPoolFactor.ifPresent(builder::setMinPoolFactor);
    training.applyTo(builder);
    return builder.build();
  }

  /**
   * Parses the text of a task file and checks it like {@link #read}.
   *
   * @throws IllegalArgumentException when the text does not hold a task; the message names the
   *     problem
   */
  public static TaskFile parse(String text) {
    JsonNode object = JsonReading.object(text);
    JsonReading.requireOnly(object, FIELDS, "task file");
    String task =
        JsonReading.text(object, "task")
            .orElseThrow(() -> new IllegalArgumentException("task (the task's id) is missing"));
    List<Query> queries =
        QueryList.of(object, "queries")
            .orElseThrow(
                () -> new IllegalArgumentException("queries (the list of examples) is missing"));
    Rules rules = TaskPoolRules.of(object);
    TaskTraining training = TaskTraining.of(object);
    List<String> problems =
        Stream.of(
                TargetTaskRules.taskIdProblems(task),
                TargetTaskRules.queryProblems(queries),
                EligibilityRules.problems(rules),
                TargetTaskRules.heldOutProblems(training.heldOut()))
            .flatMap(List::stream)
            .toList();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(summary(problems));
    }
    return new TaskFile(
        task,
        queries,
        JsonReading.wholeNumbers(object, "budgets").orElse(List.of()),
        TaskPoolRules.budgetTokens(object),
        JsonReading.text(object, "representation_id"),
        JsonReading.text(object, "algorithm"),
        minPoolFactor(object),
        rules,
        training);
  }

  private static OptionalDouble minPoolFactor(JsonNode object) {
    return JsonReading.number(object, "min_pool_factor").stream().mapToDouble(f -> f).findFirst();
  }

  private static String summary(List<String> problems) {
    String shown =
        String.join("; ", problems.subList(0, Math.min(PROBLEMS_SHOWN, problems.size())));
    int more = problems.size() - PROBLEMS_SHOWN;
    return more > 0 ? shown + "; and " + more + " more problems" : shown;
  }
}
