package io.sluice.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import io.sluice.gpuworker.representation.memory.ModelShape;
import io.sluice.local.bench.RepresentBench.Totals;
import io.sluice.local.bundled.LlamaShape;
import io.sluice.local.bundled.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationCountTest {
  private static final int HIDDEN = 8;
  private static final int LAYERS = 3;

  /**
   * Queries and outputs, keys and values of half the width, and three of the feed-forward block.
   */
  private static final long LAYER = 2 * 8 * 8 + 2 * 8 * 4 + 3 * 8 * 16;

  @TempDir private Path folder;

  @Test
  void givenTokens_whenTheirOperationsAreCounted_thenTheHeadCountsOnlyWhereItIsLearnt()
      throws IOException {
    ModelShape model = model();
    Totals totals = totals(10, 6);

    assertThat(new OperationCount(model, false).products(totals, 2))
        .isEqualTo(2.0 * (4 * LAYERS * LAYER * 10 + 4 * 1024 * HIDDEN * 6));
    assertThat(new OperationCount(model, true).products(totals, 2))
        .isEqualTo(2.0 * (6 * LAYERS * LAYER * 10 + 4 * 1024 * HIDDEN * 6));
  }

  @Test
  void givenPairsOfTokens_whenTheAttentionIsCounted_thenEachLayerTakesAllOfThem()
      throws IOException {
    ModelShape model = model();
    Totals totals = totals(10, 6);

    assertThat(new OperationCount(model, false).attention(totals, 1))
        .isEqualTo(12.0 * HIDDEN * LAYERS * 100);
    assertThat(new OperationCount(model, true).attention(totals, 2))
        .isEqualTo(2 * 16.0 * HIDDEN * LAYERS * 100);
  }

  private ModelShape model() throws IOException {
    Path base =
        RandomModel.write(
                folder, new LlamaShape(1024, 1024, HIDDEN, LAYERS, 4, 2, 16, 64, true, 2, 8, 1), 1)
            .base();
    return new ModelShape(DecoderConfig.read(base), DecoderWeights.vocabulary(base));
  }

  private static Totals totals(long tokens, long learnt) {
    return new Totals(
        1,
        tokens,
        learnt,
        tokens * tokens,
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        Arrays.stream(Stage.values())
            .collect(Collectors.toMap(Function.identity(), stage -> Duration.ZERO)),
        Duration.ZERO);
  }
}
