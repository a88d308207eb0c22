package io.sluice.gpuworker.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.sluice.gpuworker.chat.LearntTokens.Place;
import io.sluice.gpuworker.chat.jinja.Rendered;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LearntTokensTest {
  /** Six code points, of which two take two UTF-16 units. */
  private static final String TEXT = "a\uD83C\uDF0Abc\uD83C\uDF0Ad";

  private static boolean[] learnt(int start, int end, Place... places) {
    LearntText.Part part = new LearntText.Part(OptionalInt.empty(), new Rendered.Span(start, end));
    return LearntTokens.of(TEXT, List.of(part), List.of(places));
  }

  @Test
  void givenCharactersOfTwoUnits_whenPlacesCountCodePoints_thenTheRightTokensAreLearnt() {
    assertArrayEquals(
        new boolean[] {false, false, true, true, true, false},
        learnt(
            3,
            7,
            new Place(0, 1),
            new Place(1, 2),
            new Place(2, 3),
            new Place(3, 4),
            new Place(4, 5),
            new Place(5, 6)));
  }

  @Test
  void givenTokensAcrossTheEdges_whenTheyShareACharacter_thenTheyAreLearnt() {
    assertArrayEquals(
        new boolean[] {false, true, true, false},
        learnt(3, 7, new Place(0, 1), new Place(1, 3), new Place(4, 6), new Place(6, 6)));
  }

  @Test
  void givenSeveralTokensOfOneCharacter_whenItIsLearnt_thenAllAre() {
    assertArrayEquals(
        new boolean[] {true, true, false},
        learnt(1, 3, new Place(1, 2), new Place(1, 2), new Place(2, 3)));
  }

  @Test
  void givenATextThatWasTruncated_whenALaterPartHasNoTokens_thenNothingFails() {
    assertArrayEquals(new boolean[] {false}, learnt(7, 8, new Place(0, 1)));
  }
}
