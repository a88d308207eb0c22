package io.sluice.schemas.validation;

import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules for target tasks that go beyond the types of their fields. */
public final class TargetTaskRules {
  /** The largest budget that is allowed, in examples. */
  public static final int MAX_BUDGET = 10_000_000;

  /** The largest number of budgets of a task. Each is a prefix of the largest one's subset. */
  public static final int MAX_BUDGETS = 100;

  /** Number of problems after which the others are only counted. */
  private static final int MAX_PROBLEMS = 100;

  /** The largest query set that is allowed, in queries; likewise for held-out examples. */
  public static final int MAX_QUERIES = 10_000;

  private static final Pattern ALGORITHM =
      Pattern.compile("round-robin|doubly-greedy|knn-uniform|random(:(0|[1-9][0-9]{0,8}))?");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  /** No dot first: folders are named after jobs, jobs after tasks, and .. must not be one. */
  private static final Pattern TASK = Pattern.compile("(?!\\.)" + NAME);

  private TargetTaskRules() {}

  /**
   * Checks a whole task: its id and its representation id (1 to 100 characters of A-Z a-z 0-9 . _
   * -; a task id does not begin with a dot), a revision of 1 or more, a known algorithm, budgets (1
   * to 100 of them, each 1 to 10 million, strictly ascending), a minPoolFactor of at least 1,
   * queries, held-out examples, and the rules of {@link EligibilityRules}, {@link TrainingRules}
   * and {@link ArmRules}.
   *
   * @return the problems, in words for people, the first 100 of them and how many more there are;
   *     empty when there are none
   */
  public static List<String> problems(TargetTask task) {
    List<String> problems = new ArrayList<>(taskIdProblems(task.getTaskId()));
    if (task.getRevision() < 1) {
      problems.add("revision is " + task.getRevision() + ": revisions are counted from 1");
    }
    problems.addAll(representationIdProblems(task.getRepresentationId()));
    problems.addAll(algorithmProblems(task.getAlgorithm()));
    double factor = task.getMinPoolFactor();
    if (!(factor >= 1) || Double.isInfinite(factor)) {
      problems.add("the minimum pool factor is " + factor + ": use 1 or more");
    }
    problems.addAll(budgetProblems(task.getBudgets()));
    problems.addAll(tokenProblems(task));
    problems.addAll(queryProblems(task.getQueries()));
    problems.addAll(heldOutProblems(task.getHeldOut()));
    problems.addAll(EligibilityRules.problems(task.getRules()));
    problems.addAll(TrainingRules.problems(task));
    problems.addAll(ArmRules.problems(task));
    return limited(problems);
  }

  private static List<String> limited(List<String> problems) {
    if (problems.size() <= MAX_PROBLEMS) {
      return List.copyOf(problems);
    }
    List<String> first = new ArrayList<>(problems.subList(0, MAX_PROBLEMS));
    first.add("and " + (problems.size() - MAX_PROBLEMS) + " more problems");
    return List.copyOf(first);
  }

  /** Checks a task id: 1 to 100 characters of A-Z a-z 0-9 . _ -, the first of them not a dot. */
  public static List<String> taskIdProblems(String taskId) {
    return TASK.matcher(taskId).matches()
        ? List.of()
        : List.of(nameProblem("task id", taskId) + ", and do not begin with a dot");
  }

  /** Checks a representation id: 1 to 100 characters of A-Z a-z 0-9 . _ -. */
  static List<String> representationIdProblems(String representationId) {
    return NAME.matcher(representationId).matches()
        ? List.of()
        : List.of(nameProblem("representation id", representationId));
  }

  /**
   * Checks the name of a selection algorithm: round-robin, doubly-greedy, knn-uniform, random or
   * random:SEED, where SEED is 0 to 999,999,999 without leading zeros.
   */
  public static List<String> algorithmProblems(String algorithm) {
    return ALGORITHM.matcher(algorithm).matches()
        ? List.of()
        : List.of(
            "unknown algorithm '"
                + ForeignText.name(algorithm)
                + "': use round-robin, doubly-greedy, knn-uniform, random or random:SEED (SEED 0 to 999999999)");
  }

  private static List<String> tokenProblems(TargetTask task) {
    List<Long> tokens = task.getBudgetTokens();
    if (tokens.isEmpty()) {
      return List.of();
    }
    List<String> problems = new ArrayList<>();
    if (tokens.size() != task.getBudgets().size()) {
      problems.add(
          "budget_tokens has %d numbers for %d budgets: give one for each budget"
              .formatted(tokens.size(), task.getBudgets().size()));
      return problems;
    }
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i) < (i == 0 ? 1 : tokens.get(i - 1) + 1)) {
        problems.add(
            "budget_tokens has "
                + tokens.get(i)
                + " at place "
                + (i + 1)
                + ": use numbers of 1 or more, in ascending order, each once");
      }
    }
    return problems;
  }

  /**
   * Checks budgets: 1 to {@link #MAX_BUDGETS} of them, each 1 to {@link #MAX_BUDGET}, strictly
   * ascending.
   */
  public static List<String> budgetProblems(List<Integer> budgets) {
    if (budgets.isEmpty()) {
      return List.of("there are no budgets: give at least one, such as 50,100,200");
    }
    if (budgets.size() > MAX_BUDGETS) {
      return List.of("there are " + budgets.size() + " budgets: give at most " + MAX_BUDGETS);
    }
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < budgets.size(); i++) {
      int budget = budgets.get(i);
      if (budget < 1 || budget > MAX_BUDGET) {
        problems.add("budget " + budget + " is out of range: use 1 to " + MAX_BUDGET);
      }
      if (i > 0 && budget <= budgets.get(i - 1)) {
        problems.add(
            "budget "
                + budget
                + " follows "
                + budgets.get(i - 1)
                + ": sort budgets in ascending order and give each once");
      }
    }
    return List.copyOf(problems);
  }

  /**
   * Checks a query set: 1 to {@link #MAX_QUERIES} queries with unique ids. The last turn of each is
   * the assistant's, is learnt and has text or tool calls. A query may consist of that answer
   * alone; its loss then begins at the second token.
   */
  public static List<String> queryProblems(List<Query> queries) {
    if (queries.isEmpty() || queries.size() > MAX_QUERIES) {
      return List.of("the task has " + queries.size() + " queries: give 1 to " + MAX_QUERIES);
    }
    return limited(exampleProblems("query", queries));
  }

  /** Checks held-out examples: the rules are those of a query set, but there may be none. */
  public static List<String> heldOutProblems(List<Query> heldOut) {
    if (heldOut.size() > MAX_QUERIES) {
      return List.of(
          "the task has " + heldOut.size() + " held-out examples: give at most " + MAX_QUERIES);
    }
    return limited(exampleProblems("held-out example", heldOut));
  }

  private static List<String> exampleProblems(String kind, List<Query> examples) {
    List<String> problems = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < examples.size(); i++) {
      Query example = examples.get(i);
      String name = "%s %d ('%s'): ".formatted(kind, i + 1, ForeignText.name(example.getId()));
      if (!ids.add(example.getId())) {
        problems.add(name + "another " + kind + " has the same id");
      }
      singleQueryProblems(example).forEach(problem -> problems.add(name + problem));
    }
    return problems;
  }

  private static List<String> singleQueryProblems(Query query) {
    List<String> problems = new ArrayList<>(MessageRules.idProblems(query.getId()));
    problems.addAll(MessageRules.turnProblems(query.getMessages()));
    problems.addAll(ExtraRules.toolProblems(query.getTools()));
    int turns = query.getMessages().size();
    if (turns > 0 && !MessageRules.isAnswer(query.getMessages().get(turns - 1))) {
      problems.add(
          MessageRules.isMaskedAnswer(query.getMessages().get(turns - 1))
              ? "the last turn is the answer of the query, so its weight cannot be 0"
              : "the last turn must be an answer of the assistant that is not blank");
    }
    return problems;
  }

  private static String nameProblem(String what, String name) {
    return what + " '" + ForeignText.name(name) + "': use 1 to 100 characters of A-Z a-z 0-9 . _ -";
  }
}
