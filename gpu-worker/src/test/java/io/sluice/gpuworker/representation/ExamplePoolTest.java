package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
            Collections.<ExampleVectors<Encoded.Example>>nCopies(THREADS, device), alone(100));
    List<Outcome> outcomes =
        pool.represent(examples(Collections.nCopies(60, 40)), ExampleRole.QUERY);
    assertThat(outcomes).hasSize(60).hasOnlyElementsOfType(Represented.class);
    assertThat(device.most.get()).isBetween(40, 80);
  }

  @Test
  void givenAnExampleLargerThanTheBudget_whenComputed_thenNoOtherExampleIsInFlight() {
    pool =
        new ExamplePool<>(
            Collections.<ExampleVectors<Encoded.Example>>nCopies(THREADS, device), alone(50));
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
            Collections.<ExampleVectors<Encoded.Example>>nCopies(THREADS, device), alone(1000));
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
    pool = new ExamplePool<>(List.of(device), alone(1000));
    assertThatThrownBy(() -> pool.represent(examples(List.of(5)), ExampleRole.CANDIDATE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("device lost");
  }

  @Test
  void givenALostDevice_whenComputed_thenTheProcessIsToEnd() {
    device.error = "CUDA error: an illegal memory access was encountered";
    device.memory = -1;
    pool = new ExamplePool<>(List.of(device), alone(1000));
    assertThatThrownBy(() -> pool.represent(examples(List.of(5)), ExampleRole.CANDIDATE))
        .isInstanceOfSatisfying(
            DeviceFailure.class, failure -> assertThat(failure.fault()).isEqualTo(DeviceFault.LOST))
        .hasMessageContainingAll("illegal memory access", "start it again");
  }

  @Test
  void givenOneDevicePerThread_whenManyExamplesAreComputed_thenEachDeviceComputesOneAtATime() {
    List<ExampleVectors<Encoded.Example>> devices =
        List.of(new FakeDevice(), new FakeDevice(), new FakeDevice());
    pool = new ExamplePool<>(devices, alone(10_000));
    pool.represent(examples(Collections.nCopies(60, 40)), ExampleRole.QUERY);
    assertThat(devices)
        .allSatisfy(device -> assertThat(((FakeDevice) device).most.get()).isEqualTo(40));
  }

  @Test
  void givenExamplesThatMaySharePasses_whenComputed_thenEachHasItsOwnOutcomeInItsOwnPlace() {
    pool =
        new ExamplePool<>(List.of(device, device), new Passes(200, size -> size.examples() <= 3));
    List<Integer> tokens = List.of(30, 5, 28, 4, 29, 27, 9, 26);
    List<Outcome> outcomes = pool.represent(examples(tokens), ExampleRole.CANDIDATE);
    for (int i = 0; i < tokens.size(); i++) {
      Represented represented = (Represented) outcomes.get(i);
      assertThat(represented.tokens()).isEqualTo(tokens.get(i));
      assertThat(represented.rows()[0][0] / represented.rows()[0][1])
          .isCloseTo(tokens.get(i), within(1e-3f));
    }
    assertThat(device.passes).hasSizeLessThan(tokens.size()).contains(2);
  }

  @Test
  void givenTooLittleMemoryForASharedPass_whenComputed_thenItsExamplesAreComputedOneByOne() {
    device.memory = 35;
    pool = new ExamplePool<>(List.of(device), new Passes(1000, size -> true));
    List<Outcome> outcomes =
        pool.represent(examples(List.of(30, 29, 40, 28)), ExampleRole.CANDIDATE);
    assertThat(outcomes.get(2)).isInstanceOf(Unusable.class);
    assertThat(outcomes).filteredOn(Represented.class::isInstance).hasSize(3);
    assertThat(device.passes).containsExactly(1, 1, 1);
  }

  private static Passes alone(int tokens) {
    return new Passes(tokens, size -> false);
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
    private final List<Integer> passes = Collections.synchronizedList(new ArrayList<>());
    private volatile int memory = Integer.MAX_VALUE;
    private volatile String error = "device lost";

    @Override
    public List<float[][]> of(List<Encoded.Example> examples, ExampleRole role) {
      int tokens = Math.toIntExact(Passes.size(examples).tokens());
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
        passes.add(examples.size());
        return examples.stream().map(example -> new float[][] {{example.ids().length, 1}}).toList();
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
