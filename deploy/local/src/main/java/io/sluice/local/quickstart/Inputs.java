package io.sluice.local.quickstart;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.schemas.TargetTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The inputs of a quickstart: files of the user, and bundled ones for those that the user did not
 * give.
 *
 * @param candidates the candidate file
 * @param tasks the target tasks, at least one, all with the same representation id
 * @param model the model that represents examples
 */
record Inputs(Path candidates, List<TargetTask> tasks, ModelFolders model) {
  /**
   * Reads the user's files and writes the bundled ones that are needed.
   *
   * @param folder where bundled files are written
   * @throws IOException when a file cannot be read or written
   * @throws IllegalArgumentException when a task breaks the rules
   */
  static Inputs prepare(QuickstartPlan plan, Path folder) throws IOException {
    Path candidates;
    List<Path> taskFiles = plan.taskFiles();
    if (plan.candidates().isPresent() && !taskFiles.isEmpty()) {
      candidates = plan.candidates().get();
    } else {
      BundledData.Written bundled = BundledData.write(folder.resolve("data"));
      candidates = plan.candidates().orElse(bundled.candidates());
      taskFiles = taskFiles.isEmpty() ? bundled.tasks() : taskFiles;
    }
    return new Inputs(candidates, plan.tasks(taskFiles), model(plan, folder));
  }

  /** Returns the representation id of all tasks. */
  String representationId() {
    return tasks.get(0).getRepresentationId();
  }

  private static ModelFolders model(QuickstartPlan plan, Path folder) throws IOException {
    if (plan.model().isPresent()) {
      return plan.model().get();
    }
    WrittenModel bundled = BundledModel.write(folder.resolve("model"));
    return new ModelFolders(bundled.base(), bundled.checkpoints());
  }
}
