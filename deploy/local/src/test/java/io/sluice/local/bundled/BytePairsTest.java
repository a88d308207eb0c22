package io.sluice.local.bundled;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BytePairs.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;

class BytePairsTest {

  @Test
  void givenAKnownText_whenLearnt_thenPairsAreOrderedByFrequency() {
    // aa occurs 6 times; after joining it, a+b and aa+a occur 3 times each, and a+b comes first.
    assertThat(BytePairs.learn(List.of("aaab aaab", "aaab"), 3))
        .containsExactly(new Pair("a", "a"), new Pair("a", "b"), new Pair("aa", "ab"));
  }

  @Test
  void givenEquallyFrequentPairs_whenLearnt_thenTheyAreOrderedByTheirCharacters() {
    assertThat(BytePairs.learn(List.of("xy", "xy\n", "cd", "cd\n"), 2))
        .containsExactly(new Pair("c", "d"), new Pair("x", "y"));
  }

  @Test
  void givenNoPairThatOccursTwice_whenLearnt_thenThereAreNoPairs() {
    assertThat(BytePairs.learn(List.of("abc", "1"), 10)).isEmpty();
  }

  @Test
  void givenWordsAfterASpace_whenLearnt_thenTheSpaceIsTheirFirstCharacter() {
    assertThat(BytePairs.learn(List.of("x the", "y the"), 3))
        .extracting(Pair::joined)
        .contains("Ġthe");
  }

  @Test
  void givenAllBytes_whenMappedToCharacters_thenTheAlphabetIsThatOfGpt2() {
    assertThat(BytePairs.alphabet()).hasSize(256).doesNotHaveDuplicates();
    assertThat(BytePairs.alphabet().get(' ')).isEqualTo("Ġ");
    assertThat(BytePairs.alphabet().get('\n')).isEqualTo("Ċ");
    assertThat(BytePairs.alphabet().get(0xad)).isEqualTo("Ń");
  }
}
