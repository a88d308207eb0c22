package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.testing.FakeRepresenter;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class RepresentationWorkerTest {
  @Test
  void givenVectorsThatNoRecordHolds_whenAWorkerIsCreated_thenBothNumbersAreNamed() {
    WorkerConfig config =
        new WorkerConfig(
            Map.of(
                "bootstrap.servers",
                "localhost:9092",
                "schema.registry.url",
                "mock://RepresentationWorkerTest",
                "model.dir",
                "model",
                "kind",
                "hidden-state",
                "record.max.bytes",
                "65536"));

    assertThatThrownBy(() -> new RepresentationWorker(config, new WideRepresenter()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("2 checkpoints of 8192 values")
        .hasMessageContaining("record.max.bytes (65536)");
  }

  private static final class WideRepresenter extends FakeRepresenter {
    @Override
    public int dimension() {
      return 8192;
    }
  }
}
