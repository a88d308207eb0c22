package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.SafetensorsWriter;
import io.sluice.gpuworker.model.file.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(ConstantCollection.class)
class FineTuningTest {
  private static final TrainingHyperParameters SHORT = Cases.REFERENCE.withEpochs(2).withBatch(5);
  private static final FineTuneMethod.NewAdapter DROPOUT =
      new FineTuneMethod.NewAdapter(4, 8, 0.2, Set.of("q_proj"));
  private static final String ADAPTER = "adapter_model.safetensors";
  private static final List<String> RESULTS =
      List.of(ADAPTER, "optimizer_state.safetensors", "trainer_state.json");

  @TempDir private Path folder;

  @Test
  void givenOneThreadOrThree_whenTrainedWithDropout_thenTheResultIsTheSameToTheLastBit()
      throws Exception {
    for (int threads : new int[] {1, 3}) {
      Cases.finish(
          new TrainingSettings(Cases.base(), DROPOUT, SHORT, TrainingCompute.of(threads, 64)),
          Cases.examples(12),
          Checkpointing.latest(folder.resolve("" + threads)));
    }

    assertSameFiles(folder.resolve("1/checkpoint-6"), folder.resolve("3/checkpoint-6"), RESULTS);
  }

  @Test
  void givenARunCancelledWithinAnEpoch_whenContinued_thenTheResultEqualsThatOfAnUninterruptedRun()
      throws Exception {
    Checkpointing inParts = new Checkpointing(folder.resolve("parts"), OptionalInt.of(2), false);
    TrainingSettings settings = Cases.settings(DROPOUT, SHORT);
    List<Encoded.Example> examples = Cases.examples(12);
    Cases.finish(settings, examples, Checkpointing.latest(folder.resolve("whole")));

    TrainingOutcome cancelled =
        new FineTuning(settings).run(examples, inParts, new CancelsAfter(5));
    Files.createDirectories(inParts.folder().resolve(".writing-6"));
    Files.writeString(inParts.folder().resolve(".writing-6/" + ADAPTER), "half a file");
    TrainingOutcome.Finished finished = Cases.finish(settings, examples, inParts);

    assertThat(cancelled).isEqualTo(new TrainingOutcome.Cancelled(5));
    assertThat(finished.log()).hasSize(6);
    assertSameFiles(folder.resolve("whole/checkpoint-6"), finished.checkpoint(), RESULTS);
    assertThat(names(inParts.folder()))
        .as("only the latest checkpoint is kept")
        .containsExactly("checkpoint-6");
  }

  @Test
  void givenTwoTrainersInOneFolder_whenTheOtherIsFaster_thenBothFinishWithTheSameResult()
      throws Exception {
    Checkpointing shared = new Checkpointing(folder.resolve("shared"), OptionalInt.of(1), false);
    TrainingSettings settings = Cases.settings(DROPOUT, SHORT);
    List<Encoded.Example> examples = Cases.examples(12);
    Cases.finish(settings, examples, Checkpointing.latest(folder.resolve("alone")));

    TrainingOutcome slower =
        new FineTuning(settings)
            .run(
                examples, shared, new AfterStep(3, () -> Cases.finish(settings, examples, shared)));

    assertThat(slower).isInstanceOf(TrainingOutcome.Finished.class);
    assertSameFiles(
        folder.resolve("alone/checkpoint-6"), shared.folder().resolve("checkpoint-6"), RESULTS);
    assertThat(names(shared.folder())).containsExactly("checkpoint-6");
  }

  @Test
  void givenAFolderThatAFasterTrainerHasMovedAway_whenACheckpointIsDue_thenTheFolderIsCreatedAgain()
      throws Exception {
    Checkpointing shared = new Checkpointing(folder.resolve("shared"), OptionalInt.of(1), false);

    TrainingOutcome slower =
        new FineTuning(Cases.settings(DROPOUT, SHORT))
            .run(
                Cases.examples(12),
                shared,
                new AfterStep(3, () -> Files.move(shared.folder(), folder.resolve("taken-away"))));

    assertThat(slower).isInstanceOf(TrainingOutcome.Finished.class);
    assertThat(names(shared.folder())).containsExactly("checkpoint-6");
  }

  @Test
  void givenAFinishedRun_whenContinued_thenNoStepIsTakenAndItsResultIsReturned() throws Exception {
    TrainingSettings settings = Cases.settings(DROPOUT, SHORT);
    TrainingOutcome.Finished first =
        Cases.finish(settings, Cases.examples(12), Checkpointing.latest(folder));

    TrainingOutcome again =
        new FineTuning(settings)
            .run(Cases.examples(12), Checkpointing.latest(folder), new CancelsAfter(0));

    assertThat(again).isEqualTo(first);
  }

  @Test
  void givenCheckpointsOfAnotherRun_whenTrained_thenTheRunFailsAndLeavesThemUnchanged()
      throws Exception {
    Cases.finish(Cases.settings(DROPOUT, SHORT), Cases.examples(12), Checkpointing.latest(folder));

    for (TrainingSettings other :
        List.of(
            Cases.settings(DROPOUT, SHORT.withSeed(7)),
            Cases.settings(new FineTuneMethod.NewAdapter(4, 8, 0.3, Set.of("q_proj")), SHORT))) {
      assertThatThrownBy(
              () -> Cases.finish(other, Cases.examples(12), Checkpointing.latest(folder)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("belongs to another run");
    }
    assertThatThrownBy(
            () ->
                Cases.finish(
                    Cases.settings(DROPOUT, SHORT),
                    Cases.examples(11),
                    Checkpointing.latest(folder)))
        .hasMessageContaining("belongs to another run");
    assertThat(names(folder)).containsExactly("checkpoint-6");
  }

  @Test
  void givenCheckpointsWithAnotherScalingOrPackSize_whenContinued_thenTheDifferenceIsNamed()
      throws Exception {
    Cases.finish(Cases.settings(DROPOUT, SHORT), Cases.examples(12), Checkpointing.latest(folder));

    FineTuneMethod.NewAdapter wider =
        new FineTuneMethod.NewAdapter(
            DROPOUT.rank(), 4 * DROPOUT.alpha(), DROPOUT.dropout(), DROPOUT.targets());
    assertThatThrownBy(
            () ->
                Cases.finish(
                    Cases.settings(wider, SHORT), Cases.examples(12), Checkpointing.latest(folder)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("belongs to another run: its scaling differs");

    TrainingSettings settings = Cases.settings(DROPOUT, SHORT);
    TrainingCompute compute = settings.compute();
    TrainingSettings otherPacks =
        new TrainingSettings(
            settings.model(),
            settings.method(),
            settings.hyper(),
            new TrainingCompute(
                compute.threads(), compute.packTokens() + 1, compute.device(), compute.weights()));
    assertThatThrownBy(
            () -> Cases.finish(otherPacks, Cases.examples(12), Checkpointing.latest(folder)))
        .hasMessageContaining("belongs to another run: its packTokens differs");
  }

  @Test
  void givenCheckpointsOfTheFirstRelease_whenContinued_thenTheyAreAccepted() throws Exception {
    TrainingSettings settings = Cases.settings(DROPOUT, SHORT);
    TrainingOutcome.Finished first =
        Cases.finish(settings, Cases.examples(12), Checkpointing.latest(folder));
    Path file = folder.resolve("checkpoint-6/fine_tuning.json");
    ObjectNode stored = (ObjectNode) new ObjectMapper().readTree(Files.readString(file));
    assertThat(stored.has("scaling")).isTrue();
    stored.remove(List.of("scaling", "packTokens"));
    Files.writeString(file, stored.toString());

    assertThat(Cases.finish(settings, Cases.examples(12), Checkpointing.latest(folder)))
        .isEqualTo(first);
  }

  @Test
  void givenDropoutOrAnotherSeed_whenTrained_thenTheResultDiffers() throws Exception {
    List<Encoded.Example> examples = Cases.examples(10);
    FineTuneMethod without = new FineTuneMethod.NewAdapter(4, 8, 0, Set.of("q_proj"));
    Path plain = result("plain", without, SHORT, examples);

    assertThat(Files.mismatch(plain, result("dropout", DROPOUT, SHORT, examples))).isNotNegative();
    assertThat(Files.mismatch(plain, result("seed", without, SHORT.withSeed(1), examples)))
        .isNotNegative();
    assertThat(Files.mismatch(plain, result("again", without, SHORT, examples))).isEqualTo(-1);
  }

  private Path result(
      String name,
      FineTuneMethod method,
      TrainingHyperParameters hyper,
      List<Encoded.Example> examples)
      throws Exception {
    return Cases.finish(
            Cases.settings(method, hyper), examples, Checkpointing.latest(folder.resolve(name)))
        .checkpoint()
        .resolve(ADAPTER);
  }

  @Test
  void givenAModelWithADamagedWeight_whenTrained_thenTheOutcomeIsDivergedAndThereIsNoCheckpoint()
      throws Exception {
    Path damaged = Files.createDirectory(folder.resolve("model"));
    ModelFiles.copyAllButWeights(Cases.base(), damaged, false);
    Safetensors weights = Safetensors.open(Cases.base().resolve("model.safetensors"));
    List<Tensor> tensors = new ArrayList<>();
    for (String name : weights.names()) {
      float[] values = Cases.values(weights, name);
      values[0] = name.contains("layers.1.mlp.down") ? Float.NaN : values[0];
      List<Integer> shape = LongStream.of(weights.shape(name)).mapToObj(Math::toIntExact).toList();
      tensors.add(new Tensor(name, shape, FloatBuffer.wrap(values)));
    }
    SafetensorsWriter.write(damaged.resolve("model.safetensors"), tensors, Map.of());

    TrainingOutcome outcome =
        new FineTuning(new TrainingSettings(damaged, DROPOUT, SHORT, Cases.TWO_THREADS))
            .run(
                Cases.examples(2),
                Checkpointing.eachEpoch(folder.resolve("run")),
                TrainingListener.NONE);

    assertThat(outcome).isInstanceOf(TrainingOutcome.Diverged.class);
    assertThat(((TrainingOutcome.Diverged) outcome).reason())
        .contains("step 1 is NaN")
        .contains("learning rate");
    assertThat(names(folder.resolve("run"))).isEmpty();
  }

  @Test
  void givenNoExampleALongOneOrUnknownTokens_whenTrained_thenTheErrorNamesTheProblem() {
    FineTuning tuning = new FineTuning(Cases.settings(DROPOUT, SHORT.withMaxLength(4)));

    assertThatThrownBy(() -> run(tuning, List.of())).hasMessageContaining("no example");
    assertThatThrownBy(() -> run(tuning, Cases.examples(1)))
        .hasMessageContaining("truncate examples to 4");
    assertThatThrownBy(
            () ->
                run(tuning, List.of(new Encoded.Example(new long[] {1, 600}, new long[] {1, 600}))))
        .hasMessageContaining("token 600 is not in the model's vocabulary");
    assertThatThrownBy(
            () ->
                run(
                    new FineTuning(
                        Cases.settings(
                            new FineTuneMethod.NewAdapter(4, 8, 0, Set.of("q_proj", "query")),
                            SHORT)),
                    Cases.examples(1)))
        .hasMessageContaining("no linear layers named query")
        .hasMessageContaining("q_proj");
  }

  private void run(FineTuning tuning, List<Encoded.Example> examples) throws Exception {
    tuning.run(examples, Checkpointing.latest(folder), TrainingListener.NONE);
  }

  /** Cancels a run after the given number of steps. */
  private static final class CancelsAfter implements TrainingListener {
    private final int steps;
    private int done;

    private CancelsAfter(int steps) {
      this.steps = steps;
    }

    @Override
    public boolean isCancelled() {
      return done >= steps;
    }

    @Override
    public void progress(StepProgress progress) {
      done = progress.last().step();
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  /** Runs an action after the given step. */
  private record AfterStep(int step, Action action) implements TrainingListener {
    @Override
    public void progress(StepProgress progress) {
      if (progress.last().step() == step) {
        try {
          action.run();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private static void assertSameFiles(Path one, Path other, List<String> files) throws IOException {
    for (String file : files) {
      assertThat(Files.mismatch(one.resolve(file), other.resolve(file))).as(file).isEqualTo(-1);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
