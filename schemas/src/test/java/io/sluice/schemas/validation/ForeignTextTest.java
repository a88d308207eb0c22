package io.sluice.schemas.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForeignTextTest {
  @Test
  void givenAPairThatIsCutInHalf_whenShown_thenTheTextCanStillBeWrittenAsUtf8() {
    assertThat(ForeignText.name("x".repeat(39) + "\uD83D\uDE00y"))
        .isEqualTo("x".repeat(39) + "?...");
    assertThat(ForeignText.name("a\uD83D\uDE00\u0007\uDC00")).isEqualTo("a\uD83D\uDE00??");
  }
}
