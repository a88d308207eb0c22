package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that the worker, the evaluation and PEFT can use the checkpoints that fine-tuning writes.
 */
@ExtendWith(ConstantCollection.class)
class CheckpointFilesTest {
  @TempDir private Path folder;

  @Test
  void givenTheCheckpointsOfAWarmUp_whenTheRepresenterOpensThem_thenItRepresentsExamples()
      throws Exception {
    Cases.finish(
        Cases.settings(
            new FineTuneMethod.NewAdapter(128, 512, 0.1, Set.of()),
            Cases.REFERENCE.withEpochs(2).withBatch(6)),
        Cases.examples(12),
        Checkpointing.eachEpoch(folder));
    List<Path> checkpoints =
        List.of(folder.resolve("checkpoint-2"), folder.resolve("checkpoint-4"));

    try (Representer representer =
        ExampleRepresenter.open(
            RepresentationSettings.gradient(
                Cases.base(), checkpoints, Projection.sketch(1024), 256))) {
      JsonNode line = GoldenData.jsonLines(GoldenData.small().resolve("train.jsonl")).get(0);
      Representer.Outcome outcome =
          representer
              .represent(
                  List.of(new Text.Conversation(GoldenData.messages(line), "")),
                  ExampleRole.CANDIDATE)
              .get(0);

      assertThat(outcome).isInstanceOf(Representer.Represented.class);
      assertThat(representer.checkpointWeights())
          .as("mean learning rates 0.001 and 0.001 of 0, 2/2, 2/3 x 2e-3, ... by epoch")
          .containsExactly(new float[] {0.5f, 0.5f}, within(1e-6f));
    }
    LoraCheckpoint written = LoraCheckpoint.open(checkpoints.get(1));
    assertThat(written.rank()).isEqualTo(128);
    assertThat(written.scaling()).isEqualTo(4);
  }

  @Test
  void givenTheReferenceSettings_whenAnAdapterIsWritten_thenNamesAndConfigEqualThoseOfPeft()
      throws Exception {
    Path reference = GoldenData.small().resolve("tiny-llama/run/checkpoint-20");
    Path written =
        Cases.finish(
                Cases.settings(Cases.ADAPTER, Cases.REFERENCE.withEpochs(1)),
                Cases.examples(4),
                Checkpointing.latest(folder))
            .checkpoint();

    JsonNode theirs = GoldenData.json(reference.resolve("adapter_config.json"));
    JsonNode ours = GoldenData.json(written.resolve("adapter_config.json"));
    for (Iterator<String> names = ours.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      assertThat(theirs.has(name)).as(name).isTrue();
      if (!List.of("base_model_name_or_path", "target_modules").contains(name)) {
        assertThat(ours.get(name)).as(name).isEqualTo(theirs.get(name));
      }
    }
    assertThat(ours.path("target_modules"))
        .containsExactlyInAnyOrderElementsOf(theirs.path("target_modules"));
    assertThat(Safetensors.open(written.resolve("adapter_model.safetensors")).names())
        .isEqualTo(Safetensors.open(reference.resolve("adapter_model.safetensors")).names());
    assertThat(
            Files.mismatch(
                written.resolve("tokenizer.json"), Cases.base().resolve("tokenizer.json")))
        .isEqualTo(-1);
  }

  @Test
  void givenTheReferenceAdapter_whenItsTrainingContinues_thenItStartsFromTheReferenceLoss()
      throws Exception {
    Path reference = GoldenData.small().resolve("tiny-llama/run/checkpoint-20");
    List<Encoded.Example> examples = Cases.examples(1);
    TrainingOutcome.Finished finished =
        Cases.finish(
            Cases.settings(
                new FineTuneMethod.GivenAdapter(reference, 0),
                Cases.REFERENCE.withBatch(1).withEpochs(3)),
            examples,
            Checkpointing.latest(folder));

    float expected =
        GoldenData.floats(
            GoldenData.small().resolve("tiny-llama/gradients/checkpoint-20/cand_loss.npy"))[0];
    assertThat(finished.log().get(0).loss()).isCloseTo(expected, within(1e-5));
    ExampleLosses after = losses(Cases.base(), Optional.of(finished.checkpoint()), examples);
    assertThat(after.mean()).isLessThan(expected - 0.01);
  }

  @Test
  void givenExamples_whenEvaluated_thenLossesEqualTheReferenceForAnySizeOfPacks() throws Exception {
    Path reference = GoldenData.small().resolve("tiny-llama/run/checkpoint-20");
    float[] expected =
        GoldenData.floats(
            GoldenData.small().resolve("tiny-llama/gradients/checkpoint-20/cand_loss.npy"));

    ExampleLosses together = losses(Cases.base(), Optional.of(reference), Cases.examples(60));
    ExampleLosses alone =
        new Evaluation(Cases.base(), Optional.of(reference), TrainingCompute.of(1, 1))
            .of(Cases.examples(60));

    assertThat(together.each()).hasSize(60);
    for (int i = 0; i < 60; i++) {
      assertThat(together.each().get(i)).isCloseTo(alone.each().get(i), within(1e-5));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(together.each().get(i)).isCloseTo(expected[i], within(1e-5));
    }
    assertThat(new ExampleLosses(List.of(1.0, 2.0, 3.0, 6.0)).mean()).isEqualTo(3);
    assertThat(new ExampleLosses(List.of(1.0, 2.0, 3.0, 6.0)).standardError())
        .isCloseTo(Math.sqrt(14.0 / 3 / 4), within(1e-12));
    assertThatThrownBy(() -> losses(Cases.base(), Optional.empty(), List.of()))
        .hasMessageContaining("no example");
  }

  @Test
  void givenAllWeights_whenTrained_thenTheCheckpointIsAModelThatHasLearntTheExamples()
      throws Exception {
    List<Encoded.Example> examples = Cases.examples(6);
    TrainingHyperParameters hyper = Cases.REFERENCE.withBatch(2).withEpochs(6);
    ExampleLosses before = losses(Cases.base(), Optional.empty(), examples);

    TrainingOutcome.Finished finished =
        Cases.finish(
            Cases.settings(new FineTuneMethod.AllWeights(), hyper),
            examples,
            Checkpointing.latest(folder));

    assertThat(finished.log().get(0).loss()).isLessThan(before.mean() + 3);
    ExampleLosses after = losses(finished.checkpoint(), Optional.empty(), examples);
    assertThat(after.mean()).isLessThan(before.mean() / 2);
    Safetensors ours = Safetensors.open(finished.checkpoint().resolve("model.safetensors"));
    Safetensors theirs = Safetensors.open(Cases.base().resolve("model.safetensors"));
    assertThat(ours.names()).isEqualTo(theirs.names());
    for (String name : theirs.names()) {
      assertThat(Cases.values(ours, name)).as(name).isNotEqualTo(Cases.values(theirs, name));
    }
    assertThat(GoldenData.json(finished.checkpoint().resolve("config.json")).path("model_type"))
        .isEqualTo(GoldenData.json(Cases.base().resolve("config.json")).path("model_type"));
  }

  private static List<Encoded.Example> firstExample(Path golden) {
    JsonNode example = GoldenData.json(golden.resolve("examples.json")).get(0);
    return List.of(
        new Encoded.Example(
            GoldenData.longs(example.path("input_ids")), GoldenData.longs(example.path("labels"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-olmo2", "tiny-gemma2", "tiny-gemma3", "tiny-phi3", "tiny-granite"})
  void givenAnArchitecture_whenAnAdapterIsTrained_thenItsTensorsAreThoseOfPeft(String model)
      throws Exception {
    Path golden = GoldenData.small().resolve("arch").resolve(model);
    List<Encoded.Example> examples = firstExample(golden);
    ExampleLosses before = losses(golden.resolve("base"), Optional.empty(), examples);

    TrainingOutcome.Finished finished =
        Cases.finish(
            new TrainingSettings(
                golden.resolve("base"),
                new FineTuneMethod.NewAdapter(2, 8, 0, Set.of()),
                Cases.REFERENCE.withEpochs(5),
                Cases.TWO_THREADS),
            examples,
            Checkpointing.latest(folder));

    Safetensors ours = Safetensors.open(finished.checkpoint().resolve("adapter_model.safetensors"));
    Safetensors theirs = Safetensors.open(golden.resolve("adapter/adapter_model.safetensors"));
    assertThat(ours.names()).isEqualTo(theirs.names());
    for (String name : theirs.names()) {
      assertThat(ours.shape(name)).as(name).isEqualTo(theirs.shape(name));
    }
    assertThat(
            GoldenData.json(finished.checkpoint().resolve("adapter_config.json"))
                .path("target_modules"))
        .containsExactlyInAnyOrderElementsOf(
            GoldenData.json(golden.resolve("adapter/adapter_config.json")).path("target_modules"));
    assertThat(losses(golden.resolve("base"), Optional.of(finished.checkpoint()), examples).mean())
        .isLessThan(before.mean());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-qwen3", "tiny-gemma2", "tiny-gemma3", "tiny-granite"})
  void givenAModelWithATiedHead_whenAllWeightsAreTrained_thenTheHeadStaysTiedToTheEmbedding(
      String model) throws Exception {
    Path golden = GoldenData.small().resolve("arch").resolve(model);
    Path base = golden.resolve("base");
    List<Encoded.Example> examples = firstExample(golden);
    ExampleLosses before = losses(base, Optional.empty(), examples);

    TrainingOutcome.Finished finished =
        Cases.finish(
            new TrainingSettings(
                base,
                new FineTuneMethod.AllWeights(),
                Cases.REFERENCE.withEpochs(5),
                Cases.TWO_THREADS),
            examples,
            Checkpointing.latest(folder));

    assertThat(finished.log().get(0).loss()).isCloseTo(before.mean(), within(1e-5));
    assertThat(losses(finished.checkpoint(), Optional.empty(), examples).mean())
        .isLessThan(before.mean() - 0.1);
    assertThat(Safetensors.open(finished.checkpoint().resolve("model.safetensors")).names())
        .isEqualTo(Safetensors.open(base.resolve("model.safetensors")).names());
  }

  @Test
  void givenAnAdapterWithEmbeddings_whenItsTrainingContinues_thenTheErrorSaysWhatToDo()
      throws Exception {
    Path reference = GoldenData.shared("golden/grad/tiny-llama-addpad").resolve("run/checkpoint-5");

    assertThatThrownBy(
            () ->
                Cases.finish(
                    Cases.settings(new FineTuneMethod.GivenAdapter(reference, 0), Cases.REFERENCE),
                    Cases.examples(1),
                    Checkpointing.latest(folder)))
        .hasMessageContaining("merge them");
  }

  private static ExampleLosses losses(
      Path model, Optional<Path> adapter, List<Encoded.Example> examples) throws Exception {
    return new Evaluation(model, adapter, Cases.TWO_THREADS).of(examples);
  }
}
