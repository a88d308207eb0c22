package io.sluice.local.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainTextTest {
  @Test
  void givenTextOfManyLanguages_whenMadePlain_thenItIsAsItWas() {
    String text = "naïve \\u0041 日本語 العربية 😀 …";

    assertThat(PlainText.of(text)).isEqualTo(text);
  }

  @Test
  void givenWhatTerminalsObey_whenMadePlain_thenEachIsAnEscape() {
    assertThat(PlainText.of("a\u001b[31mb\u0007\n\t\u0085\u009b\u202ec\u2028\ufeff"))
        .isEqualTo("a\\u001b[31mb\\u0007\\u000a\\u0009\\u0085\\u009b\\u202ec\\u2028\\ufeff");
    assertThat(PlainText.of("\ud800 \udb40\udc01")).isEqualTo("\\ud800 \\udb40\\udc01");
  }
}
