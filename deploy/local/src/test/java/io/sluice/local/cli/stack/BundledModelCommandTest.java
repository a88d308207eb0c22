package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.CommandRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled model is the one that {@code sluice bundled-model} creates. */
class BundledModelCommandTest {
  /** Processors round differently; another seed or setting changes the losses by much more. */
  private static final Offset<Double> ROUNDING = Offset.offset(2e-3);

  @TempDir private Path folder;

  @Test
  void givenTheBundledModel_whenItsWarmUpIsRunAgain_thenItHasTheSameLosses() throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    Path candidates = BundledData.write(folder.resolve("data")).candidates();
    List<String> command = new ArrayList<>(BundledModelCommand.WARM_UP);
    command.addAll(BundledModelCommand.SHARED_OPTIONS);
    command.addAll(
        List.of(
            "--seed=" + BundledModel.SEED,
            "--model=" + model.base(),
            "--candidates=" + candidates,
            "--out=" + folder.resolve("again")));

    CommandRun run = CommandRun.of(command.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isZero();
    for (Path checkpoint : model.checkpoints()) {
      List<Double> bundled = losses(checkpoint);
      List<Double> again = losses(folder.resolve("again").resolve(checkpoint.getFileName()));
      assertThat(again).hasSameSizeAs(bundled);
      for (int step = 0; step < bundled.size(); step++) {
        assertThat(again.get(step)).as("step %d", step).isCloseTo(bundled.get(step), ROUNDING);
      }
    }
  }

  private static List<Double> losses(Path checkpoint) throws Exception {
    JsonNode state = new ObjectMapper().readTree(checkpoint.resolve("trainer_state.json").toFile());
    List<Double> losses = new ArrayList<>();
    state.get("log_history").forEach(step -> losses.add(step.get("loss").doubleValue()));
    return losses;
  }
}
