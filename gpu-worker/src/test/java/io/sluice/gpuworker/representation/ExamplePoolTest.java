package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
    pool = new ExamplePool<>(List.of(device.lane(THREADS, 100)), alone(100));
    List<Outcome> outcomes =
        pool.represent(examples(Collections.nCopies(60, 40)), ExampleRole.QUERY);
    assertThat(outcomes).hasSize(60).hasOnlyElementsOfType(Represented.class);
    assertThat(device.most.get()).isBetween(40, 80);
  }

  @Test
  void givenAnExampleLargerThanTheBudget_whenComputed_thenNoOtherExampleIsInFlight() {
    pool = new ExamplePool<>(List.of(device.lane(THREADS, 50)), alone(50));
    List<Outcome> outcomes =
        pool.represent(examples(List.of(20, 20, 300, 20, 20)), ExampleRole.CANDIDATE);
    assertThat(outcomes).hasOnlyElementsOfType(Represented.class);
    assertThat(device.most.get()).isEqualTo(300);
  }

  @Test
  void givenTooLittleMemory_whenComputed_thenAnExampleIsTriedAgainAloneBeforeItIsUnusable() {
    device.memory = 60;
    pool = new ExamplePool<>(List.of(device.lane(THREADS, 1000)), alone(1000));
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
  void givenAnEngineThatFailsAgain_whenComputed_thenTheWholeBatchFails() {
    device.errors.addAll(List.of("no kernel image", "no kernel image"));
    pool = new ExamplePool<>(List.of(device.lane(1, 1000)), alone(1000));
    assertThatThrownBy(() -> pool.represent(examples(List.of(5)), ExampleRole.CANDIDATE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no kernel image");
  }

  @Test
  void givenALostDevice_whenComputed_thenTheProcessIsToEnd() {
    device.errors.add("CUDA error: an illegal memory access was encountered");
    pool = new ExamplePool<>(List.of(device.lane(1, 1000)), alone(1000));
    assertThatThrownBy(() -> pool.represent(examples(List.of(5)), ExampleRole.CANDIDATE))
        .isInstanceOfSatisfying(
            DeviceFailure.class, failure -> assertThat(failure.fault()).isEqualTo(DeviceFault.LOST))
        .hasMessageContainingAll("gpu(7)", "illegal memory access", "start it again");
  }

  @Test
  void givenLanesThatFailNowAndThen_whenComputed_thenEachExampleHasOneOutcomeInItsPlace() {
    List<FakeDevice> devices = List.of(new FakeDevice(), new FakeDevice(), new FakeDevice());
    devices.get(0).errors.addAll(List.of("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"));
    devices.get(2).errors.addAll(List.of("CUDA out of memory.", "an internal assertion failed"));
    pool = new ExamplePool<>(devices.stream().map(each -> each.lane(1, 400)).toList(), shared(400));
    List<Integer> tokens = IntStream.range(0, 90).mapToObj(i -> 20 + i * 7 % 30).toList();

    List<Outcome> outcomes = pool.represent(examples(tokens), ExampleRole.CANDIDATE);

    assertThat(lengths(outcomes)).isEqualTo(tokens);
    assertThat(devices.stream().flatMap(each -> each.passes.stream()).mapToInt(i -> i).sum())
        .isEqualTo(tokens.size());
    assertThat(devices).extracting(each -> each.loads.get()).containsExactly(2, 1, 2);
  }

  @Test
  void givenOneLanePerDevice_whenManyExamplesAreComputed_thenEachKeepsWithinItsOwnBudget() {
    List<FakeDevice> devices = List.of(new FakeDevice(), new FakeDevice(), new FakeDevice());
    pool = new ExamplePool<>(devices.stream().map(each -> each.lane(2, 100)).toList(), alone(100));
    pool.represent(examples(Collections.nCopies(90, 40)), ExampleRole.QUERY);
    assertThat(devices)
        .allSatisfy(each -> assertThat(each.most.get()).isBetween(40, 80))
        .allSatisfy(each -> assertThat(each.passes).isNotEmpty());
  }

  @Test
  void givenExamplesThatMaySharePasses_whenComputed_thenEachHasItsOwnOutcomeInItsOwnPlace() {
    pool =
        new ExamplePool<>(
            List.of(device.lane(2, 200)), new Passes(200, size -> size.examples() <= 3));
    List<Integer> tokens = List.of(30, 5, 28, 4, 29, 27, 9, 26);
    List<Outcome> outcomes = pool.represent(examples(tokens), ExampleRole.CANDIDATE);
    assertThat(lengths(outcomes)).isEqualTo(tokens);
    assertThat(device.passes).hasSizeLessThan(tokens.size()).contains(2);
  }

  @Test
  void
      givenTooLittleMemoryForASharedPass_whenComputed_thenSmallerOnesAreTriedAndLaterOnesAreSmaller() {
    device.memory = 150;
    pool = new ExamplePool<>(List.of(device.lane(1, 1000)), shared(1000));
    List<Integer> tokens = Collections.nCopies(16, 40);

    assertThat(lengths(pool.represent(examples(tokens), ExampleRole.CANDIDATE))).isEqualTo(tokens);

    assertThat(device.passes).hasSize(8).containsOnly(2);
    int failures = device.failures.get();
    assertThat(device.releases).hasValue(failures);
    assertThat(lengths(pool.represent(examples(tokens), ExampleRole.CANDIDATE))).isEqualTo(tokens);
    assertThat(device.failures).hasValue(failures);
  }

  @Test
  void givenAnExampleThatDoesNotFit_whenItSharesAPass_thenOnlyItIsUnusable() {
    device.memory = 35;
    pool = new ExamplePool<>(List.of(device.lane(1, 1000)), shared(1000));
    List<Outcome> outcomes =
        pool.represent(examples(List.of(30, 29, 40, 28)), ExampleRole.CANDIDATE);
    assertThat(outcomes.get(2)).isInstanceOf(Unusable.class);
    assertThat(outcomes).filteredOn(Represented.class::isInstance).hasSize(3);
    assertThat(device.passes).containsExactly(1, 1, 1);
  }

  /** The lengths of the examples, by their vectors. */
  private static List<Integer> lengths(List<Outcome> outcomes) {
    return outcomes.stream()
        .map(outcome -> ((Represented) outcome).rows()[0])
        .map(row -> Math.round(row[0] / row[1]))
        .toList();
  }

  private static Passes shared(int tokens) {
    return new Passes(tokens, size -> true);
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
}
