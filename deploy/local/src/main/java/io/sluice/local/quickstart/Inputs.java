package io.sluice.local.quickstart;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.schemas.TargetTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a quickstart works on: what the user gave, and what is bundled for the rest.
 *
 * @param candidates the candidate file
 * @param tasks the target tasks, at least one, all of one representation
 * @param model the model
 */
record Inputs(Path candidates, List<TargetTask> tasks, ModelFolders model) {
  /**
   * Gathers them.
   *
   * @param folder where bundled files are written, when any are needed
   */
  static Inputs gather(QuickstartPlan plan, Path folder) throws IOException {
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

  /** The representation that all tasks want. */
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
