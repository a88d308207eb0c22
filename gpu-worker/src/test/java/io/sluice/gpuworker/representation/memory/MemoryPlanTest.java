package io.sluice.gpuworker.representation.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final Path GOLDEN = GoldenData.small().resolve("arch/tiny-llama32");
  private static final long ENOUGH = 1L << 50;
  private static final int LIMIT = 2048;

  private final MemoryEstimate wide = estimate(MatrixStorage.FLOAT32);
  private final MemoryEstimate narrow = estimate(new MatrixStorage(2, false));

  private static MemoryEstimate estimate(MatrixStorage matrices) {
    try {
      LoraCheckpoint adapter = LoraCheckpoint.open(GOLDEN.resolve("adapter"));
      return new MemoryEstimate(shape(), matrices, adapters(adapter), true);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ModelShape shape() throws IOException {
    Path base = GOLDEN.resolve("base");
    return new ModelShape(DecoderConfig.read(base), DecoderWeights.vocabulary(base));
  }

  private static Optional<AdapterShape> adapters(LoraCheckpoint adapter) {
    return Optional.of(new AdapterShape(adapter.rank(), adapter.targets().named(), 2, true));
  }

  private MemoryPlan plan(long memory, RecomputeMode mode) {
    return new MemoryPlan(wide, memory, 1, mode);
  }

  @Test
  void givenAModelsFiles_whenItsValuesAreCounted_thenTheyAreThoseOfTheFiles() throws IOException {
    LoraCheckpoint adapter = LoraCheckpoint.open(GOLDEN.resolve("adapter"));
    long adapted = 0;
    for (String name : adapter.adapter().names()) {
      long[] axes = adapter.adapter().shape(name);
      adapted += axes[0] * axes[1];
    }
    assertThat(shape().adapter(adapter.rank(), adapter.targets().named())).isEqualTo(adapted);
    long vectors =
        DecoderWeights.bytes(GOLDEN.resolve("base"), WeightType.FLOAT32) / 4 - shape().matrices();
    assertThat(vectors).isEqualTo(64L * (2 * shape().config().layers().size() + 1));
  }

  @Test
  void givenMemory_whenPassesAreLong_thenOnlyThoseThatDoNotFitAreRecomputed() {
    PassSize little = PassSize.ofOne(100);
    PassSize large = PassSize.ofOne(2000);
    long memory = wide.need(PassSize.ofOne(1000), 1, false).total();
    MemoryPlan auto = plan(memory, RecomputeMode.AUTO);
    assertThat(auto.recomputes(little)).isFalse();
    assertThat(auto.recomputes(large)).isTrue();
    assertThat(auto.longestKept(LIMIT)).isBetween(1000, 1000);
    assertThat(auto.longest(LIMIT)).isBetween(1001, LIMIT);
    assertThat(plan(memory, RecomputeMode.NEVER).recomputes(large)).isFalse();
    assertThat(plan(memory, RecomputeMode.ALWAYS).recomputes(little)).isTrue();
    assertThat(plan(ENOUGH, RecomputeMode.AUTO).recomputes(large)).isFalse();
  }

  @Test
  void givenMemory_whenExamplesWouldShareAPass_thenTheyMayWhileItFitsWithoutRecomputation() {
    long memory = wide.need(new PassSize(4, 200, 200), 1, false).total();
    MemoryPlan plan = plan(memory, RecomputeMode.AUTO);
    assertThat(plan.allows(new PassSize(4, 200, 200))).isTrue();
    assertThat(plan.allows(new PassSize(5, 200, 200))).isFalse();
  }

  @Test
  void givenTooLittleMemory_whenAModelIsOpened_thenTheMessageSaysTheNeedAndWhatFits() {
    long least = wide.need(PassSize.ofOne(256), 1, true).total();
    assertThatThrownBy(() -> plan(least, RecomputeMode.NEVER).requireRoom(LIMIT, Optional.empty()))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("a text of 256 tokens needs about 1.0 GiB (weights 0.0")
        .hasMessageEndingWith("use recompute=auto");
    long less = narrow.need(PassSize.ofOne(256), 1, true).total();
    assertThatThrownBy(() -> plan(less, RecomputeMode.AUTO).requireRoom(LIMIT, Optional.of(narrow)))
        .hasMessageContaining("are there: use dtype=bfloat16, which needs about 1.0 GiB");
    assertThatThrownBy(() -> plan(1000, RecomputeMode.AUTO).requireRoom(LIMIT, Optional.of(narrow)))
        .hasMessageContaining("0.0 GiB are there: no setting makes it fit into one device")
        .hasMessageContaining("not divided over several");
  }

  @Test
  void givenMemory_whenSeveralPassesAreWanted_thenAsManyAsFitAndAtLeastOne() {
    PassSize pass = PassSize.ofOne(2000);
    MemoryPlan two = plan(wide.need(pass, 2, true).total(), RecomputeMode.AUTO);
    assertThat(two.fitting(2000, 4)).isEqualTo(2);
    assertThat(two.fitting(2000, 1)).isEqualTo(1);
    assertThat(plan(1000, RecomputeMode.AUTO).fitting(2000, 4)).isEqualTo(1);
    assertThat(two.withPasses(2).longestKept(LIMIT)).isLessThan(two.longestKept(LIMIT));
  }

  @Test
  void givenEnoughMemory_whenAModelIsOpened_thenItIsNotRefused() throws IOException {
    plan(wide.need(PassSize.ofOne(256), 1, true).total(), RecomputeMode.AUTO)
        .requireRoom(LIMIT, Optional.empty());
  }
}
