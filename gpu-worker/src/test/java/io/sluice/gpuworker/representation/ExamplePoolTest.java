package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.gpuworker.representation.Representer.Unusable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExamplePoolTest {
  private static final int THREADS = 4;

  private final FakeDevice device = new FakeDevice();
  private ExamplePool<Encoded.Example> pool;

  @AfterEach
  void shutDownPool() {
    assertThat(pool.shutDown()).isTrue();
  }

  @Test
  void givenABudget_whenManyExamplesAreComputed_thenTheirTokensNeverExceedIt() {
    pool =
        new ExamplePool<>(
            Collections.<ExampleVectors<Encoded.Example>>nCopies(THREADS, device), 100);
    List<Outcome> outcomes =
        pool.represent(examples(Collections.nCopies(60, 40)), ExampleRole.QUERY);
    assertThat(outcomes).hasSize(60).hasOnlyElementsOfType(Represented.class);
    assertThat(device.most.get()).isBetween(40, 80);
  }

  @Test
  void givenAnExampleLargerThanTheBudget_whenComputed_thenNoOtherExampleIsInFlight() {
    pool =
        new ExamplePool<>(
            Collections.<ExampleVectors<Encoded.Example>>nCopies(THREADS, device), 50);
    List<Outcome> outcomes =
        pool.represent(examples(List.of(20, 20, 300, 20, 20)), ExampleRole.CANDIDATE);
    assertThat(outcomes).hasOnlyElementsOfType(Represented.class);
    assertThat(device.most.get()).isEqualTo(300);
  }

  @Test
  void givenTooLittleMemory_whenComputed_thenAnExampleIsTriedAgainAloneBeforeItIsUnusable() {
    device.memory = 60;
    pool =
        new ExamplePool<>(
            Collections.<ExampleVectors<Encoded.Example>>nCopies(THREADS, device), 1000);
    List<Integer> tokens = new ArrayList<>(Collections.nCopies(40, 25));
    tokens.add(20, 70);

    List<Outcome> outcomes = pool.represent(examples(tokens), ExampleRole.CANDIDATE);

    for (int i = 0; i < outcomes.size(); i++) {
      assertThat(outcomes.get(i)).isInstanceOf(i == 20 ? Unusable.class : Represented.class);
    }
    assertThat(((Unusable) outcomes.get(20)).reason()).contains("70 tokens", "more memory");
    assertThat(device.failures.get()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void givenAnyOtherEngineFailure_whenComputed_thenTheWholeBatchFails() {
    device.memory = -1;
    pool = new ExamplePool<>(List.of(device), 1000);
    assertThatThrownBy(() -> pool.represent(examples(List.of(5)), ExampleRole.CANDIDATE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("device lost");
  }

  @Test
  void givenALostDevice_whenComputed_thenTheProcessIsToEnd() {
    device.error = "CUDA error: an illegal memory access was encountered";
    device.memory = -1;
    pool = new ExamplePool<>(List.of(device), 1000);
    assertThatThrownBy(() -> pool.represent(examples(List.of(5)), ExampleRole.CANDIDATE))
        .isInstanceOfSatisfying(
            DeviceFailure.class, failure -> assertThat(failure.fault()).isEqualTo(DeviceFault.LOST))
        .hasMessageContainingAll("illegal memory access", "start it again");
  }

  @Test
  void givenOneDevicePerThread_whenManyExamplesAreComputed_thenEachDeviceComputesOneAtATime() {
    List<ExampleVectors<Encoded.Example>> devices =
        List.of(new FakeDevice(), new FakeDevice(), new FakeDevice());
    pool = new ExamplePool<>(devices, 10_000);
    pool.represent(examples(Collections.nCopies(60, 40)), ExampleRole.QUERY);
    assertThat(devices)
        .allSatisfy(device -> assertThat(((FakeDevice) device).most.get()).isEqualTo(40));
  }

  private static List<Supplier<Prepared<Encoded.Example>>> examples(List<Integer> tokens) {
    return tokens.stream()
        .<Supplier<Prepared<Encoded.Example>>>map(
            length ->
                () -> new Prepared.Ready<>(new Encoded.Example(new long[length], new long[length])))
        .toList();
  }

  /**
   * Returns constant vectors, counts the tokens in flight, and fails when they exceed its memory.
   */
  private static final class FakeDevice implements ExampleVectors<Encoded.Example> {
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile int memory = Integer.MAX_VALUE;
    private volatile String error = "device lost";

    @Override
    public float[][] of(Encoded.Example example, ExampleRole role) {
      int tokens = example.ids().length;
      int now = inFlight.addAndGet(tokens);
      try {
        Thread.sleep(2);
        if (memory < 0) {
          throw new EngineException(error);
        }
        if (now > memory) {
          failures.incrementAndGet();
          throw new EngineException("CUDA out of memory. Tried to allocate 2.00 GiB");
        }
        most.accumulateAndGet(now, Math::max);
        return new float[][] {{1, 2}};
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        inFlight.addAndGet(-tokens);
      }
    }

    @Override
    public int dimension() {
      return 2;
    }

    @Override
    public float[] weights() {
      return new float[] {1};
    }

    @Override
    public int vocabulary() {
      return 10;
    }

    @Override
    public void describe(Fingerprint fingerprint) {}

    @Override
    public void selfTest(Encoded.Example example) {}
  }
}
