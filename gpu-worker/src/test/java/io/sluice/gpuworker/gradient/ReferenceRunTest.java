package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares losses, gradients and their Adam form with the reference, for its small models. */
@ExtendWith(ConstantCollection.class)
class ReferenceRunTest {
  private static final double LOSS = 1e-5;
  private static final double GRADIENT = 1e-4;

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama,'5,20',2,1",
    "shared,tiny-llama,'5,10,15,20',60,8",
    "shared,tiny-llama-addpad,5,12,8"
  })
  void givenAReferenceRun_whenItsExamplesAreComputed_thenLossesAndGradientsAreTheSame(
      String where, String model, String steps, int candidateCount, int queryCount)
      throws IOException {
    Path run = GoldenData.gradients(where).resolve(model);
    List<LoraCheckpoint> checkpoints = new ArrayList<>();
    for (String step : steps.split(",")) {
      checkpoints.add(LoraCheckpoint.open(run.resolve("run/checkpoint-" + step)));
    }
    try (Torch torch = Torch.open()) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(run.resolve("base")),
              DecoderWeights.open(
                  torch.manager(), run.resolve("base"), checkpoints.get(0).replacements()),
              512);
      LoraStack adapters = LoraStack.load(torch.manager(), decoder, checkpoints);
      GradientEngine engine = new GradientEngine(torch.manager(), decoder, adapters, pass -> false);
      JsonNode encoded = GoldenData.json(run.resolve("encoded.json"));
      List<GradientEngine.Result> candidates =
          compute(engine, encoded.path("candidates"), candidateCount);
      List<GradientEngine.Result> queries = compute(engine, encoded.path("queries"), queryCount);
      for (int c = 0; c < checkpoints.size(); c++) {
        Path golden =
            run.resolve("gradients").resolve(checkpoints.get(c).folder().getFileName().toString());
        check(candidates, c, golden.resolve("cand_loss.npy"), golden.resolve("cand_raw.npy"));
        check(queries, c, golden.resolve("query_loss.npy"), golden.resolve("query_raw.npy"));
        AdamMoments moments = AdamMoments.read(checkpoints.get(c), adapters.layout());
        for (GradientEngine.Result candidate : candidates) {
          AdamForm.apply(candidate.gradients()[c], moments);
        }
        check(candidates, c, golden.resolve("cand_loss.npy"), golden.resolve("cand_adam.npy"));
      }
    }
  }

  private static List<GradientEngine.Result> compute(
      GradientEngine engine, JsonNode encoded, int count) {
    List<GradientEngine.Result> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonNode example = encoded.get(i);
      results.add(
          engine.compute(
              new Encoded.Example(
                  GoldenData.longs(example.path("input_ids")),
                  GoldenData.longs(example.path("labels")))));
    }
    return results;
  }

  private static void check(
      List<GradientEngine.Result> results, int checkpoint, Path losses, Path gradients) {
    float[] expectedLosses = GoldenData.floats(losses);
    float[] expected = GoldenData.floats(gradients);
    assertThat(expectedLosses).hasSize(results.size());
    SoftAssertions soft = new SoftAssertions();
    for (int i = 0; i < results.size(); i++) {
      float[] gradient = results.get(i).gradients()[checkpoint];
      soft.assertThat((double) results.get(i).losses()[checkpoint])
          .as("loss of example %d, %s", i, losses)
          .isCloseTo(expectedLosses[i], within(LOSS * expectedLosses[i]));
      soft.assertThat(
              GoldenData.relativeError(gradient, GoldenData.row(expected, i, gradient.length)))
          .as("gradient of example %d, %s", i, gradients)
          .isLessThan(GRADIENT);
    }
    soft.assertAll();
  }
}
