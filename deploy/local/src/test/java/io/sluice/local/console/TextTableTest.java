package io.sluice.local.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void givenRowsOfDifferentWidth_whenPrinted_thenColumnsLineUp() {
    StringWriter out = new StringWriter();

    TextTable.print(
        List.of("TASK", "POOL"),
        List.of(List.of("a", "100000"), List.of("longer", "2")),
        new PrintWriter(out));

    assertThat(out.toString().lines())
        .containsExactly("TASK    POOL", "a       100000", "longer  2");
  }
}
