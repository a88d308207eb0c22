package io.sluice.gpuworker.launch;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One training run to be done by a launcher.
 *
 * @param job the job that it belongs to, with the hyper-parameters
 * @param run which of the job's runs it is
 * @param examples to train on, in selection order; at least one
 * @param model folder of the base model
 * @param folder of this very run, made; a run of the same examples and settings that was broken off
 *     may have left something in it
 * @param timeLimit how long it may take; none when empty
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

  /** What the placeholders of a user's command stand for. */
  Map<String, String> values() {
    return Placeholders.values(this);
  }
}
