package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.validation.TargetTaskRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlgorithmTest {
  @Test
  void givenNames_whenParsed_thenTheAlgorithmsAreReturned() {
    assertThat(Algorithm.parse("round-robin")).isEqualTo(new Algorithm.RoundRobin());
    assertThat(Algorithm.parse("doubly-greedy")).isEqualTo(new Algorithm.DoublyGreedy());
    assertThat(Algorithm.parse("knn-uniform")).isEqualTo(new Algorithm.KnnUniform(5000));
    assertThat(Algorithm.parse("random")).isEqualTo(new Algorithm.Random(0));
    assertThat(Algorithm.parse("random:0")).isEqualTo(new Algorithm.Random(0));
    assertThat(Algorithm.parse("random:999999999")).isEqualTo(new Algorithm.Random(999_999_999));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "round-robin",
        "doubly-greedy",
        "knn-uniform",
        "random",
        "random:10",
        "random:999999999"
      })
  void givenTheNameOfAnAlgorithm_whenATaskUsesIt_thenTheContractAllowsIt(String name) {
    Algorithm.parse(name);
    assertThat(TargetTaskRules.algorithmProblems(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "magic",
        "Round-Robin",
        "round-robin ",
        "random:",
        "random:-1",
        "random:01",
        "random:x",
        "random:1000000000",
        "random:1:2"
      })
  void givenAnyOtherName_whenParsedOrChecked_thenBothRefuseItAndListTheNames(String name) {
    assertThatThrownBy(() -> Algorithm.parse(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("use " + Algorithm.NAMES);
    assertThat(TargetTaskRules.algorithmProblems(name))
        .singleElement()
        .asString()
        .contains("use " + Algorithm.NAMES);
  }
}
