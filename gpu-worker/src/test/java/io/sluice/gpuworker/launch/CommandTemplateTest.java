package io.sluice.gpuworker.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTemplateTest {
  @Test
  void givenQuotesAndBackslashes_whenParsed_thenSplitAsAShellWould() {
    assertThat(CommandTemplate.parse("a  'b c' \"d \\\" e\" f\\ g '' \"h\"'i'\tj").arguments())
        .containsExactly("a", "b c", "d \" e", "f g", "", "hi", "j");
  }

  @Test
  void givenValuesWithSpacesAndQuotes_whenFilled_thenEachStaysOneArgument() {
    CommandTemplate template = CommandTemplate.parse("train --data={dataset} {{dataset}} {seed}");

    assertThat(template.fill(Map.of("dataset", "/a b/'; rm x", "seed", "3")))
        .containsExactly("train", "--data=/a b/'; rm x", "{dataset}", "3");
  }

  @Test
  void givenAnUnknownPlaceholder_whenParsed_thenTheMessageNamesItAndTheKnownOnes() {
    assertThatThrownBy(() -> CommandTemplate.parse("train {datasett}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{datasett}")
        .hasMessageContaining("dataset");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a 'b", "a \"b", "a \\"})
  void givenALineThatIsNotACommand_whenParsed_thenRefused(String line) {
    assertThatThrownBy(() -> CommandTemplate.parse(line))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
