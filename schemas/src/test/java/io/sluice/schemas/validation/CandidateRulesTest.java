package io.sluice.schemas.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateRulesTest {
  private static final Message ANSWER = Messages.of("assistant", "2");

  @ParameterizedTest
  @ValueSource(strings = {"a", "with space", "Grüße/日本", "😀"})
  void givenAnIdOfVisibleCharacters_whenChecked_thenNoProblems(String id) {
    assertThat(problems(id, ANSWER)).isEmpty();
  }

  @Test
  void givenIdsAroundTheLengthLimits_whenChecked_thenOnlyThoseBeyondThemAreProblems() {
    assertThat(problems("x".repeat(256), ANSWER)).isEmpty();
    assertThat(problems("x".repeat(257), ANSWER)).singleElement().asString().contains("257");
    assertThat(problems("", ANSWER)).singleElement().asString().contains("0 characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\tb", "\u0000", "\u007f", "\u0085"})
  void givenControlCharacterInId_whenChecked_thenItIsAProblem(String id) {
    assertThat(problems(id, ANSWER)).singleElement().asString().contains("control characters");
  }

  @Test
  void givenHalfASurrogatePair_whenChecked_thenItIsAProblem() {
    assertThat(problems("\ud83d", ANSWER)).singleElement().asString().contains("surrogate");
    assertThat(problems("a", Messages.of("assistant", "x\ude00")))
        .singleElement()
        .asString()
        .contains("message 1 contains half a surrogate");
  }

  @Test
  void givenSeveralFaults_whenChecked_thenAllAreReported() {
    assertThat(problems("", Messages.of("tool\u001b[31m", "x"), Messages.of("USER", "y")))
        .hasSize(4)
        .anySatisfy(p -> assertThat(p).contains("message 1 has the unknown role 'tool?[31m'"))
        .anySatisfy(p -> assertThat(p).contains("message 2 has the unknown role 'USER'"))
        .anySatisfy(p -> assertThat(p).contains("nothing to learn"));
  }

  @Test
  void givenOneAnswerAmongBlankOnes_whenChecked_thenNoProblems() {
    assertThat(problems("a", Messages.of("assistant", " "), Messages.of("user", ""), ANSWER))
        .isEmpty();
  }

  @Test
  void givenNoTurns_whenChecked_thenOneProblem() {
    assertThat(problems("a")).containsExactly("messages is empty");
  }

  private static List<String> problems(String id, Message... messages) {
    return CandidateRules.problems(new Candidate(id, "", List.of(messages)));
  }
}
