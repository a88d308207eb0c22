package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.hash.Sha256;
import io.sluice.schemas.message.Messages;
import java.nio.file.Path;
import java.util.List;

/**
 * A hash of everything that influences the model of a training run. Runs with equal hashes share a
 * folder, so that one can resume the other.
 */
final class RunHash {
  private RunHash() {}

  /**
   * The hash of a run, in hex.
   *
   * @param launcher the launcher's name and the settings that influence a model
   */
  static String of(
      String launcher, Path model, FineTuneJob job, ArmRun run, List<DatasetRecord> examples) {
    Sha256 hash = new Sha256();
    hash.add(launcher);
    hash.add(model.toAbsolutePath().toString());
    hash.add(job.getJobId());
    hash.add(job.getHyperParameters().toString());
    hash.add(run.label());
    for (DatasetRecord example : examples) {
      hash.add(example.getCandidateId());
      Messages.identity(example.getMessages(), example.getTools()).forEach(hash::add);
    }
    return hash.hex();
  }
}
