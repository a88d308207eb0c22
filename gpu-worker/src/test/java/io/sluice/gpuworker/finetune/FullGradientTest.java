package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the gradient of all weights with that of transformers. The examples have the padding
 * token of the model among their tokens.
 */
@ExtendWith(ConstantCollection.class)
class FullGradientTest {
  private static final double GRADIENT = 1e-4;

  @ParameterizedTest
  @ValueSource(strings = {"tiny-olmo2", "tiny-gemma2", "tiny-gemma3", "tiny-phi3", "tiny-granite"})
  void givenAnArchitecture_whenAllWeightsAreTrained_thenTheirGradientsEqualThoseOfTransformers(
      String model) throws Exception {
    Path golden = GoldenData.architectures("build").resolve(model);
    Path base = golden.resolve("base");
    JsonNode json = GoldenData.json(golden.resolve("examples.json")).get(0);
    Encoded.Example example =
        new Encoded.Example(
            GoldenData.longs(json.path("input_ids")), GoldenData.longs(json.path("labels")));
    JsonNode expected = GoldenData.json(golden.resolve("full_gradient_0.json"));
    SoftAssertions soft = new SoftAssertions();
    try (Torch torch = Torch.open();
        OrderedWork work = new OrderedWork(1)) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(base),
              DecoderWeights.open(torch.manager(), base),
              example.ids().length);
      FullTrainable trainable = FullTrainable.of(base, decoder);
      float[] initial = trainable.initial();
      float[] gradient =
          new BatchGradient(torch.manager(), work)
              .compute(
                  trainable.onDevice(torch.manager(), initial),
                  PackedExamples.of(List.of(example), 1),
                  initial.length,
                  0)
              .gradient();
      List<String> names = new ArrayList<>();
      for (TrainedParameter parameter : trainable.parameters()) {
        names.add(parameter.name());
        double squares = 0;
        double sum = 0;
        for (int i = parameter.offset(); i < parameter.end(); i++) {
          squares += (double) gradient[i] * gradient[i];
          sum += gradient[i];
        }
        double length = expected.path(parameter.name()).path(0).asDouble();
        soft.assertThat(Math.sqrt(squares))
            .as(parameter.name())
            .isCloseTo(length, within(GRADIENT * length));
        soft.assertThat(sum)
            .as("sum of " + parameter.name())
            .isCloseTo(
                expected.path(parameter.name()).path(1).asDouble(),
                within(GRADIENT * length * Math.sqrt(parameter.end() - parameter.offset())));
      }
      soft.assertThat(names).hasSize(expected.size());
    }
    soft.assertAll();
  }
}
