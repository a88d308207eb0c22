package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FoldedTextTest {
  /** Letters with one, two and three forms, outside Latin-1, and in two characters. */
  private static final String[] LETTERS = {
    "a", "A", "b", "ß", "ẞ", "ä", "Ä", "µ", "μ", "Μ", "ÿ", "Ÿ", "ı", "I", "i", "İ", "K", "k", "ς",
    "σ", "Σ", "ſ", "s", "𐐀", "𐐨", "中", "🙂", " "
  };

  @Property
  void givenAnyTexts_whenOneIsSought_thenItIsFoundWhereJavaFindsItInWhicheverCase(
      @ForAll("texts") String first,
      @ForAll("texts") String second,
      @ForAll("words") String sought) {
    assertThat(FoldedText.of(List.of(first, second)).contains(FoldedText.sought(sought)))
        .isEqualTo(found(first, sought) || found(second, sought));
  }

  private static boolean found(String text, String sought) {
    return IntStream.rangeClosed(0, text.length() - sought.length())
        .anyMatch(at -> text.regionMatches(true, at, sought, 0, sought.length()));
  }

  @Test
  void givenTwoTexts_whenWhatReachesFromOneIntoTheOtherIsSought_thenItIsNotFound() {
    FoldedText texts = FoldedText.of(List.of("ab", "cd", "e\0f"));

    assertThat(texts.contains(FoldedText.sought("bc"))).isFalse();
    assertThat(texts.contains(FoldedText.sought("F"))).isTrue();
    assertThatThrownBy(() -> FoldedText.sought("b\0c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  @Test
  void givenTextsInAndOutsideLatin1_whenTheirMemoryIsAsked_thenItIsOneOrTwoBytesACharacter() {
    assertThat(FoldedText.of(List.of("Ärger")).bytes()).isEqualTo(6);
    assertThat(FoldedText.of(List.of("中")).bytes()).isEqualTo(4);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(LETTERS).list().ofMaxSize(8).map(letters -> String.join("", letters));
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.of(LETTERS)
        .list()
        .ofMinSize(1)
        .ofMaxSize(2)
        .map(all -> String.join("", all));
  }
}
