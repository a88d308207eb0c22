package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.model.TokenizedText;
import org.junit.jupiter.api.Test;

/** An example that was cut to the length limit still knows how long it was. */
class UncutLengthTest {
  private static TokenizedText text(int tokens) {
    return new TokenizedText(
        "x".repeat(tokens), new long[tokens], new int[tokens], new int[tokens]);
  }

  @Test
  void givenACutText_whenLabelled_thenTheExampleHasTheLengthOfTheWholeText() {
    TokenizedText cut = text(7).first(3).followedBy(text(5).first(4));

    Encoded example = Inspection.of(cut, new long[cut.length()], 4).encoded();

    assertThat(example)
        .isInstanceOfSatisfying(
            Encoded.Example.class,
            encoded -> {
              assertThat(encoded.ids()).hasSize(7);
              assertThat(encoded.uncut()).isEqualTo(12);
            });
  }
}
