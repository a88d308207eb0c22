package io.sluice.gpuworker.launch;

import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.arm.ArmName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Creates training orders. */
final class TrainingOrderFixture {
  private TrainingOrderFixture() {}

  /** The run of a job's selected arm, with its folder and its dataset file created. */
  static TrainingOrder order(Path output, Optional<Duration> limit) throws IOException {
    FrozenJobFixture frozen = FrozenJobFixture.job("maths-4-0123456789ab");
    ArmRun run = new ArmRun(ArmName.SELECTED, 7);
    List<DatasetRecord> examples =
        frozen.dataset().stream().filter(e -> e.getPart() == DatasetPart.SELECTED).toList();
    RunFolder folder = RunFolder.of(output, frozen.job(), run, "0123456789abcdef0123456789abcdef");
    folder.prepare(examples);
    return new TrainingOrder(frozen.job(), run, examples, Path.of("/models/base"), folder, limit);
  }
}
