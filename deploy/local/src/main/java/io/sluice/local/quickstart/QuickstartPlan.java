package io.sluice.local.quickstart;

import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.TaskFile;
import io.sluice.schemas.validation.TargetTaskRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a quickstart is to do.
 *
 * @param candidates the candidate file; the bundled one when empty
 * @param taskFiles the task files; the bundled ones when there are none
 * @param model the model; the bundled one when empty
 * @param budgets for every task; when there are none, those of its file, else {@link
 *     #DEFAULT_BUDGETS}
 * @param limit how many candidates to send at most
 * @param features how examples are represented
 * @param out where the subsets go
 * @param keep whether to go on running when all is selected
 */
public record QuickstartPlan(
    Optional<Path> candidates,
    List<Path> taskFiles,
    Optional<ModelFolders> model,
    List<Integer> budgets,
    long limit,
    Features features,
    Path out,
    boolean keep) {
  /** Budgets of tasks that have none. */
  static final List<Integer> DEFAULT_BUDGETS = List.of(50, 100, 200);

  /** Copies the lists. */
  public QuickstartPlan {
    taskFiles = List.copyOf(taskFiles);
    budgets = List.copyOf(budgets);
  }

  /**
   * How examples are represented.
   *
   * @param maxLength tokens after which an example is cut, as {@link RepresentationSettings} has it
   * @param dimension values of a projected gradient, as {@link Projection#sketch} has it
   * @param encoding how a candidate's values are stored; not FLOAT32, which is for queries
   */
  public record Features(int maxLength, int dimension, FeatureEncoding encoding) {
    /** Checks the values. */
    public Features {
      RepresentationSettings.requireMaxLength(maxLength);
      Projection.sketch(dimension);
      if (encoding == FeatureEncoding.FLOAT32) {
        throw new IllegalArgumentException(
            "encoding FLOAT32 is for queries: use FLOAT16, INT8, INT4 or SIGN");
      }
    }

    /**
     * What a model's representation is opened with.
     *
     * @throws IllegalArgumentException when a checkpoint is given twice
     */
    RepresentationSettings of(ModelFolders model) {
      return RepresentationSettings.gradient(
          model.base(), model.checkpoints(), Projection.sketch(dimension), maxLength);
    }
  }

  /**
   * Checks all that can be checked before anything is started.
   *
   * @throws IllegalArgumentException when a budget, the limit or a task breaks the rules
   * @throws IOException when a file is missing or cannot be used
   */
  public void check() throws IOException {
    if (limit < 1) {
      throw new IllegalArgumentException("limit " + limit + ": use 1 or more candidates");
    }
    if (!budgets.isEmpty()) {
      refuse("budgets", TargetTaskRules.budgetProblems(budgets));
    }
    tasks(taskFiles);
    if (candidates.isPresent()) {
      try (CandidateFile lines = CandidateFile.open(candidates.get())) {
        if (!lines.hasNext()) {
          throw new IOException(candidates.get() + " is empty: give one JSON object a line");
        }
      }
    }
    if (model.isPresent()) {
      features.of(model.get());
      model.get().check();
    }
    Files.createDirectories(out);
  }

  /**
   * The target tasks of some task files.
   *
   * @throws IllegalArgumentException when a task breaks the rules, or two share an id, or they want
   *     different representations
   */
  List<TargetTask> tasks(List<Path> files) throws IOException {
    List<TargetTask> tasks = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    Set<String> representations = new HashSet<>();
    for (Path file : files) {
      TargetTask task = withBudgets(TaskFile.read(file)).toTargetTask(1);
      refuse(file.toString(), TargetTaskRules.problems(task));
      if (!ids.add(task.getTaskId())) {
        throw new IllegalArgumentException(
            file + ": task " + task.getTaskId() + " is given twice: give each its own id");
      }
      representations.add(task.getRepresentationId());
      tasks.add(task);
    }
    if (representations.size() > 1) {
      throw new IllegalArgumentException(
          "the tasks want different representations, "
              + representations
              + ": one worker makes one, so give them one representation_id");
    }
    return tasks;
  }

  private TaskFile withBudgets(TaskFile file) {
    if (!budgets.isEmpty()) {
      return file.withBudgets(budgets);
    }
    return file.budgets().isEmpty() ? file.withBudgets(DEFAULT_BUDGETS) : file;
  }

  private static void refuse(String what, List<String> problems) {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(what + ": " + String.join("; ", problems));
    }
  }
}
