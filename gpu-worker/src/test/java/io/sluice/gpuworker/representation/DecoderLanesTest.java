package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.device.DeviceSettings;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.message.Candidates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A real model on several devices, for each of which a manager of the engine on the CPU stands. */
class DecoderLanesTest {
  private static final Path RUN = GoldenData.small().resolve("tiny-llama");
  private static final int LIMIT = 128;
  private static final int DEVICES = 3;

  private static final RepresentationSettings SETTINGS =
      RepresentationSettings.gradient(
          RUN.resolve("base"),
          List.of(RUN.resolve("run/checkpoint-5"), RUN.resolve("run/checkpoint-20")),
          Projection.sketch(512),
          LIMIT);

  private final List<Failing> loaded = new ArrayList<>();

  private static ComputeSettings compute(OptionalInt perPass) {
    return new ComputeSettings(
        new DeviceSettings(DeviceChoice.of("cpu"), OptionalInt.of(1)),
        1024,
        RecomputeMode.AUTO,
        perPass,
        FeatureEncoding.FLOAT32);
  }

  private static List<Text> texts() {
    return GoldenData.jsonLines(GoldenData.small().resolve("train.jsonl")).stream()
        .map(GoldenData::messages)
        .<Text>map(messages -> Text.Conversation.of(Candidates.of("c", "", messages)))
        .limit(40)
        .toList();
  }

  private DecoderModel open(int devices, OptionalInt perPass) throws IOException {
    return DecoderModel.open(
        SETTINGS,
        compute(perPass),
        new StageTimes(),
        (settings, device) -> {
          Failing vectors = new Failing(GradientVectors.open(settings, device));
          loaded.add(vectors);
          return vectors;
        },
        Stream.generate(Torch::open).limit(devices).toList());
  }

  private static List<Outcome> represent(DecoderModel model) {
    ExamplePool<Encoded.Example> pool = new ExamplePool<>(model.lanes(), model.passes());
    try {
      return pool.represent(
          texts().stream()
              .<Supplier<Prepared<Encoded.Example>>>map(text -> () -> model.prepare(text))
              .toList(),
          ExampleRole.CANDIDATE);
    } finally {
      assertThat(pool.shutDown()).isTrue();
    }
  }

  private static float[][] rows(Outcome outcome) {
    return ((Represented) outcome).rows();
  }

  private List<Outcome> onOneDevice() throws IOException {
    try (DecoderModel model = open(1, OptionalInt.of(1))) {
      return represent(model);
    } finally {
      loaded.clear();
    }
  }

  @Test
  void givenSeveralDevices_whenRepresented_thenVectorsAreThoseOfOneToTheLastBit()
      throws IOException {
    List<Outcome> one = onOneDevice();
    try (DecoderModel model = open(DEVICES, OptionalInt.of(1))) {
      List<Outcome> several = represent(model);
      assertThat(several).hasSameSizeAs(one);
      for (int i = 0; i < one.size(); i++) {
        assertThat(rows(several.get(i))).isDeepEqualTo(rows(one.get(i)));
      }
      assertThat(loaded).hasSize(DEVICES);
      assertThat(loaded.stream().mapToInt(each -> each.computed.get()).sum())
          .isEqualTo(DEVICES + one.size());
    }
  }

  @Test
  void givenSharedPassesOnSeveralDevices_whenRepresented_thenVectorsDifferInTheLastBitsOnly()
      throws IOException {
    List<Outcome> one = onOneDevice();
    try (DecoderModel model = open(DEVICES, OptionalInt.of(8))) {
      List<Outcome> several = represent(model);
      for (int i = 0; i < one.size(); i++) {
        for (int c = 0; c < 2; c++) {
          assertThat(GoldenData.relativeError(rows(several.get(i))[c], rows(one.get(i))[c]))
              .isLessThan(1e-5);
        }
      }
      assertThat(loaded.stream().mapToInt(each -> each.passes.get()).sum())
          .isLessThan(DEVICES + one.size());
    }
  }

  @Test
  void givenADeviceThatFails_whenRepresented_thenItsModelIsLoadedAnewAndNothingIsLostOrDoubled()
      throws IOException {
    List<Outcome> one = onOneDevice();
    try (DecoderModel model = open(DEVICES, OptionalInt.of(1))) {
      loaded.get(1).failures.set(1);
      List<Outcome> several = represent(model);
      assertThat(several).hasSameSizeAs(one);
      for (int i = 0; i < one.size(); i++) {
        assertThat(rows(several.get(i))).isDeepEqualTo(rows(one.get(i)));
      }
      assertThat(loaded).hasSize(DEVICES + 1);
      assertThat(loaded.stream().mapToInt(each -> each.computed.get()).sum())
          .isEqualTo(DEVICES + 1 + one.size());
      assertThat(model.lanes().stream().map(lane -> lane.faults().restarts()))
          .containsExactly(0L, 1L, 0L);
      assertThat(model.lanes().get(1).faults().of(DeviceFault.ENGINE)).isEqualTo(1);
    }
  }

  /** Vectors that fail as often as told, and count. The first pass follows loading. */
  private static final class Failing implements ExampleVectors<Encoded.Example> {
    private final ExampleVectors<Encoded.Example> vectors;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger computed = new AtomicInteger();
    private final AtomicInteger passes = new AtomicInteger();

    private Failing(ExampleVectors<Encoded.Example> vectors) {
      this.vectors = vectors;
    }

    @Override
    public List<float[][]> of(List<Encoded.Example> examples, ExampleRole role) {
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new EngineException("an internal assertion of PyTorch failed");
      }
      List<float[][]> rows = vectors.of(examples, role);
      computed.addAndGet(examples.size());
      passes.incrementAndGet();
      return rows;
    }

    @Override
    public int dimension() {
      return vectors.dimension();
    }

    @Override
    public float[] weights() {
      return vectors.weights();
    }

    @Override
    public int vocabulary() {
      return vectors.vocabulary();
    }

    @Override
    public void describe(Fingerprint fingerprint) throws IOException {
      vectors.describe(fingerprint);
    }

    @Override
    public void selfTest(Encoded.Example example) throws IOException {
      vectors.selfTest(example);
    }
  }
}
