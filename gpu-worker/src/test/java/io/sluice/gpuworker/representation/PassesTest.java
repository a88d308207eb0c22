package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.representation.memory.PassSize;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PassesTest {
  private static Encoded.Example example(int length) {
    return new Encoded.Example(new long[length], new long[length]);
  }

  private static List<Encoded.Example> examples(Integer... lengths) {
    return List.of(lengths).stream().map(PassesTest::example).toList();
  }

  @Test
  void givenSimilarLengths_whenDivided_thenTheyShareAPassWithinTheLimit() {
    Passes passes = new Passes(100, size -> true);
    assertThat(passes.divide(examples(20, 50, 45, 19, 49), 1, 1))
        .containsExactly(List.of(1, 4), List.of(2), List.of(0, 3));
  }

  @Test
  void givenSeveralThreads_whenDivided_thenAllOfThemGetWork() {
    Passes passes = new Passes(1000, size -> true);
    assertThat(passes.divide(examples(10, 10, 10, 10), 1, 1)).hasSize(1);
    assertThat(passes.divide(examples(10, 10, 10, 10), 2, 2)).hasSize(2);
    assertThat(passes.divide(examples(10, 10, 10, 10), 4, 4)).hasSize(4);
  }

  @Test
  void givenSeveralDevices_whenDivided_thenEachHasTheWholeLimitAndAllOfThemGetWork() {
    Passes passes = new Passes(100, size -> true);
    List<Encoded.Example> few = Collections.nCopies(12, example(10));
    assertThat(passes.divide(few, 1, 1)).extracting(List::size).containsExactly(10, 2);
    assertThat(passes.divide(few, 1, 3)).extracting(List::size).containsExactly(4, 4, 4);
    List<Encoded.Example> many = Collections.nCopies(40, example(10));
    assertThat(passes.divide(many, 1, 3)).extracting(List::size).containsExactly(10, 10, 10, 10);
    assertThat(passes.within(50).divide(many, 1, 3)).extracting(List::size).containsOnly(5);
  }

  @Test
  void givenNoRoomToShare_whenDivided_thenEachExampleHasItsOwnPass() {
    assertThat(new Passes(1000, size -> false).divide(examples(10, 30, 10), 1, 1))
        .containsExactly(List.of(1), List.of(0), List.of(2));
    assertThat(new Passes(5, size -> true).divide(examples(10, 10), 1, 1)).hasSize(2);
    assertThat(new Passes(5, size -> true).divide(List.<Encoded.Example>of(), 1, 1)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void givenRandomLengths_whenDivided_thenEachExampleIsInOnePassAndLittleIsPadding(long seed) {
    Random random = new Random(seed);
    List<Encoded.Example> examples =
        IntStream.range(0, random.nextInt(60))
            .mapToObj(i -> example(1 + random.nextInt(300)))
            .toList();
    int tokens = 1 + random.nextInt(1000);
    int threads = 1 + random.nextInt(4);
    int devices = 1 + random.nextInt(3);
    Passes passes = new Passes(tokens, size -> size.examples() <= 8);

    List<List<Integer>> divided = passes.divide(examples, threads, threads * devices);

    assertThat(divided.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, examples.size()).boxed().toList());
    for (List<Integer> pass : divided) {
      List<Encoded.Example> together = pass.stream().map(examples::get).toList();
      PassSize size = Passes.size(together);
      assertThat(size.examples()).isBetween(1, 8);
      if (size.examples() > 1) {
        assertThat(size.tokens()).isLessThanOrEqualTo(tokens / threads);
        assertThat(together).allMatch(one -> 3 * one.ids().length >= 2 * size.length());
      }
    }
  }
}
