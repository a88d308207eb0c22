package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.validation.TargetTaskRules;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A target task as people write it: {@code {"task", "queries": [{"id"?, "messages"}], "budgets"?,
 * "representation_id"?, "algorithm"?, "min_pool_factor"?}}, and the fields of {@link TaskTraining};
 * a {@code "comment"?} is passed over, and any other field refused.
 *
 * @param task the task's id
 * @param queries the query set, at least one; a query without an id has its index, from 0
 * @param budgets examples; empty when the file gives none
 * @param representationId which workers represent the task, when given
 * @param algorithm the selection rule, when given
 * @param minPoolFactor pool needed for a job, in budgets, when given
 * @param training what the task's fine-tune jobs are like
 */
public record TaskFile(
    String task,
    List<Query> queries,
    List<Integer> budgets,
    Optional<String> representationId,
    Optional<String> algorithm,
    OptionalDouble minPoolFactor,
    TaskTraining training) {

  private static final int PROBLEMS_SHOWN = 5;

  private static final Set<String> FIELDS =
      Stream.concat(
              Stream.of(
                  "task",
                  "comment",
                  "queries",
                  "budgets",
                  "representation_id",
                  "algorithm",
                  "min_pool_factor"),
              TaskTraining.FIELDS.stream())
          .collect(Collectors.toUnmodifiableSet());

  /** Copies the lists. */
  public TaskFile {
    queries = List.copyOf(queries);
    budgets = List.copyOf(budgets);
  }

  /**
   * Reads a task file. Task id and queries keep the rules of {@link TargetTaskRules}; the rest is
   * checked as a whole by whoever makes a task of it, since budgets may come from elsewhere.
   *
   * @throws IOException when the file is missing or cannot be read
   * @throws IllegalArgumentException when it does not hold a task; the message names file and fault
   */
  public static TaskFile read(Path path) throws IOException {
    try {
      return parse(Files.readString(path));
    } catch (NoSuchFileException e) {
      throw new IOException(path + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(path + ": not UTF-8 text: save the file as UTF-8", e);
    } catch (IOException e) {
      throw new IOException(path + " cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  /** The same task with other budgets. */
  public TaskFile withBudgets(List<Integer> others) {
    return new TaskFile(
        task, queries, others, representationId, algorithm, minPoolFactor, training);
  }

  /**
   * The task as a record of topic target-tasks; what the file leaves open gets the contract's
   * defaults, and both controls. Check it with {@link TargetTaskRules#problems}.
   *
   * @param revision the task's revision, from 1
   */
  public TargetTask toTargetTask(int revision) {
    TargetTask.Builder builder =
        TargetTask.newBuilder()
            .setTaskId(task)
            .setRevision(revision)
            .setBudgets(budgets)
            .setQueries(queries);
    representationId.ifPresent(builder::setRepresentationId);
    algorithm.ifPresent(builder::setAlgorithm);
    minPoolFactor.ifPresent(builder::setMinPoolFactor);
    training.into(builder);
    return builder.build();
  }

  /**
   * The task that a text holds, checked as by {@link #read}.
   *
   * @throws IllegalArgumentException when it does not hold a task; the message names the fault
   */
  public static TaskFile parse(String text) {
    JsonNode object = JsonReading.object(text);
    JsonReading.requireOnly(object, FIELDS, "task file");
    String task =
        JsonReading.text(object, "task")
            .orElseThrow(() -> new IllegalArgumentException("task (the task's id) is missing"));
    List<Query> queries =
        JsonReading.queries(object, "queries")
            .orElseThrow(
                () -> new IllegalArgumentException("queries (the list of examples) is missing"));
    TaskTraining training = TaskTraining.of(object);
    List<String> problems =
        Stream.of(
                TargetTaskRules.taskIdProblems(task),
                TargetTaskRules.queryProblems(queries),
                TargetTaskRules.heldOutProblems(training.heldOut()))
            .flatMap(List::stream)
            .toList();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(summary(problems));
    }
    return new TaskFile(
        task,
        queries,
        budgets(object),
        JsonReading.text(object, "representation_id"),
        JsonReading.text(object, "algorithm"),
        minPoolFactor(object),
        training);
  }

  private static List<Integer> budgets(JsonNode object) {
    List<Integer> budgets = new ArrayList<>();
    JsonReading.field(object, "budgets")
        .ifPresent(
            list -> {
              if (!list.isArray()) {
                throw new IllegalArgumentException("budgets is not a list of whole numbers");
              }
              for (JsonNode budget : list) {
                if (!budget.isIntegralNumber() || !budget.canConvertToInt()) {
                  throw new IllegalArgumentException("budgets: " + budget + " is no budget");
                }
                budgets.add(budget.intValue());
              }
            });
    return budgets;
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
