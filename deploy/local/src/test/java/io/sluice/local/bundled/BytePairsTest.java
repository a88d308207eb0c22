package io.sluice.local.bundled;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BytePairs.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;

class BytePairsTest {

  @Test
  void givenAKnownText_whenLearnt_thenTheMostFrequentPairsInOrder() {
    // aa is there 6 times, then a+b and aa+a 3 times each, of which a+b is first in order.
    assertThat(BytePairs.learn(List.of("aaab aaab", "aaab"), 3))
        .containsExactly(new Pair("a", "a"), new Pair("a", "b"), new Pair("aa", "ab"));
  }

  @Test
  void givenEquallyFrequentPairs_whenLearnt_thenTheFirstInOrderOfCharacters() {
    assertThat(BytePairs.learn(List.of("xy", "xy\n", "cd", "cd\n"), 2))
        .containsExactly(new Pair("c", "d"), new Pair("x", "y"));
  }

  @Test
  void givenNoPairTwice_whenLearnt_thenNothing() {
    assertThat(BytePairs.learn(List.of("abc", "1"), 10)).isEmpty();
  }

  @Test
  void givenWordsWithASpaceInFront_whenLearnt_thenTheSpaceIsTheirFirstCharacter() {
    assertThat(BytePairs.learn(List.of("x the", "y the"), 3))
        .extracting(Pair::joined)
        .contains("Ġthe");
  }

  @Test
  void givenAllBytes_whenNamed_thenEachHasItsOwnCharacterAsInGpt2() {
    assertThat(BytePairs.alphabet()).hasSize(256).doesNotHaveDuplicates();
    assertThat(BytePairs.alphabet().get(' ')).isEqualTo("Ġ");
    assertThat(BytePairs.alphabet().get('\n')).isEqualTo("Ċ");
    assertThat(BytePairs.alphabet().get(0xad)).isEqualTo("Ń");
  }
}
