package io.sluice.gpuworker.launch;

import io.sluice.gpuworker.finetune.TrainingCompute;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which launchers a trainer has, and their settings.
 *
 * @param standard the name of the launcher for jobs that name none
 * @param compute how the built-in launcher computes
 * @param checkpointSteps steps between the built-in launcher's checkpoints; when empty it writes
 *     them at the ends of epochs alone
 * @param command a user's program; no such launcher when empty
 * @param kubernetes a cluster; no such launcher when empty
 */
public record LauncherSettings(
    String standard,
    TrainingCompute compute,
    OptionalInt checkpointSteps,
    Optional<CommandTemplate> command,
    Optional<Kubernetes> kubernetes) {
  /**
   * The Jobs of a cluster.
   *
   * @param template file of the Job's YAML
   * @param namespace when empty, that of the template, else that of the client's configuration
   * @param patience how long the cluster may be unreachable before a job fails
   */
  public record Kubernetes(Path template, Optional<String> namespace, Duration patience) {}
}
