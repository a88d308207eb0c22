package io.sluice.gpuworker.launch;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One training run, as it is given to a launcher.
 *
 * @param job the job that the run belongs to, with its hyper-parameters
 * @param run which of the job's runs it is
 * @param examples to train on, in selection order; at least one
 * @param model folder of the base model
 * @param folder of this run, already created; an interrupted run with the same examples and
 *     settings may have left files in it
 * @param timeLimit how long the run may take; no limit when empty
 */
public record TrainingOrder(
    FineTuneJob job,
    ArmRun run,
    List<DatasetRecord> examples,
    Path model,
    RunFolder folder,
    Optional<Duration> timeLimit) {
  public TrainingOrder {
    examples = List.copyOf(examples);
  }

  /** The values of all placeholders for this run. */
  Map<String, String> values() {
    return Placeholders.values(this);
  }
}
