package io.sluice.local.quickstart;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.StatePooling;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.TaskFile;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.validation.TargetTaskRules;
import io.sluice.streams.rules.TaskRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The options of a quickstart.
 *
 * @param candidates the candidate file; the bundled one when empty
 * @param forms how the candidates of the user's file are read
 * @param taskFiles the task files; the bundled ones when empty
 * @param model the model; the bundled one when empty
 * @param budgets budgets for every task; when empty, a task has the budgets of its file, or {@link
 *     #DEFAULT_BUDGETS} when the file has none
 * @param limit how many candidates to send at most
 * @param features how examples are represented
 * @param out the folder that the subsets are written to
 * @param keep whether the services keep running when the subsets are final
 */
public record QuickstartPlan(
    Optional<Path> candidates,
    FormOptions forms,
    List<Path> taskFiles,
    Optional<ModelFolders> model,
    List<Integer> budgets,
    long limit,
    Features features,
    Path out,
    boolean keep) {
  /** Budgets of tasks whose file has none, in examples. */
  static final List<Integer> DEFAULT_BUDGETS = List.of(50, 100, 200);

  /** Copies the lists, so that the plan cannot change afterwards. */
  public QuickstartPlan {
    taskFiles = List.copyOf(taskFiles);
    budgets = List.copyOf(budgets);
  }

  /**
   * How examples are represented.
   *
   * @param kind the kind of representation
   * @param text how examples become tokens
   * @param dimension number of values of a projected gradient, in the range that {@link
   *     Projection#sketch} allows
   * @param encoding encoding of a candidate's values; not FLOAT32, which is the encoding of queries
   * @param weights how the base model's weights are kept, also where it is trained
   * @param devices what examples are represented on; the model is trained on the first of them
   */
  public record Features(
      RepresentationKind kind,
      TextSettings text,
      int dimension,
      FeatureEncoding encoding,
      WeightSettings weights,
      DeviceChoice devices) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException when one is out of range; the message says what to use
     */
    public Features {
      Projection.sketch(dimension);
      if (encoding == FeatureEncoding.FLOAT32) {
        throw new IllegalArgumentException(
            "encoding FLOAT32 is only for queries: use FLOAT16, INT8, INT4 or SIGN");
      }
      if (!kind.needsBaseModel() && !weights.equals(WeightSettings.DEFAULT)) {
        throw new IllegalArgumentException(
            "dtype "
                + weights.dtype().label()
                + ", compute "
                + weights.compute().label()
                + ": kind "
                + kind.label()
                + " computes in float32, leave both out");
      }
      kind.requireFitting(devices);
    }
  }

  /**
   * Returns the settings that a representer is opened with. Gradients are those defined by LESS.
   *
   * @param folders the user's model or the bundled one; sentence embeddings have another bundled
   *     model
   * @throws IllegalArgumentException when a checkpoint is given twice, or one is given that the
   *     kind cannot use
   */
  RepresentationSettings representation(ModelFolders folders) {
    boolean embedding = features.kind() == RepresentationKind.EMBEDDING;
    boolean ofUser = model.isPresent();
    return new RepresentationSettings(
        features.kind(),
        GradientForm.ADAM,
        embedding && !ofUser ? Optional.empty() : Optional.of(folders.base()),
        features.kind().needsCheckpoints() || ofUser ? folders.checkpoints() : List.of(),
        Projection.sketch(features.dimension()),
        features.text(),
        Prompts.OF_MODEL,
        StatePooling.WEIGHTED_MEAN,
        features.weights());
  }

  /**
   * Checks everything that can be checked before anything starts, and creates the output folder.
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
      try (CandidateFile lines = CandidateFile.open(candidates.get(), forms, "")) {
        if (!lines.hasNext()) {
          throw new IOException(
              candidates.get()
                  + " contains no candidates: give a file of JSON lines, with one JSON array, or Parquet");
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    if (model.isPresent()) {
      representation(model.get());
      model.get().check(features.kind());
    }
    Files.createDirectories(out);
  }

  /**
   * Refuses tasks that cannot be compared by training: the random subsets of that comparison are
   * drawn from all candidates, so a task with rules would be compared with a sample of another
   * pool.
   *
   * @throws IllegalArgumentException when a task has rules that leave candidates out, or several
   *     devices are named
   * @throws IOException when a file cannot be read
   */
  public void checkForTraining() throws IOException {
    DeviceChoice.one(features.devices().label());
    for (TargetTask task : tasks(taskFiles)) {
      if (!TaskRules.of(task).isEmpty()) {
        throw new IllegalArgumentException(
            "--train draws random subsets from all candidates, but task "
                + task.getTaskId()
                + " has rules: leave out --train, or the rules");
      }
    }
  }

  /**
   * Reads target tasks from task files.
   *
   * @throws IllegalArgumentException when a task breaks the rules, two tasks have the same id, or
   *     tasks have different representation ids
   * @throws IOException when a file cannot be read
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
            file + ": task " + task.getTaskId() + " is given twice: give each task a different id");
      }
      representations.add(task.getRepresentationId());
      FurtherArm.of(task).forEach(arm -> representations.add(arm.representationId()));
      tasks.add(task);
    }
    if (representations.size() > 1) {
      throw new IllegalArgumentException(
          ("the tasks and their arms have different representation ids, %s: the worker of a"
                  + " quickstart serves only one, so give them the same")
              .formatted(representations));
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
