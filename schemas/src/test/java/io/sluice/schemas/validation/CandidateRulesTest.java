package io.sluice.schemas.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    assertThat(problems("", Messages.of("tools\u001b[31m", "x"), Messages.of("USER", "y")))
        .hasSize(4)
        .anySatisfy(p -> assertThat(p).contains("message 1 has the unknown role 'tools?[31m'"))
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

  @Test
  void givenToolCallsWithoutText_whenChecked_thenTheyAreAnAnswer() {
    String calls = "{\"tool_calls\":[{\"function\":{}}],\"content\":null}";
    assertThat(problems("a", new Message("assistant", "", true, calls))).isEmpty();
    assertThat(problems("a", new Message("tool", "4", true, "{\"name\":\"add\"}"), ANSWER))
        .isEmpty();
    assertThat(problems("a", new Message("assistant", "", false, calls)))
        .singleElement()
        .asString()
        .contains("weight 0");
    assertThat(problems("a", new Message("assistant", "", true, "{\"name\":\"a\"}")))
        .singleElement()
        .asString()
        .contains("nothing to learn");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          []                      | not a JSON object
          {"a":1                  | not a JSON object
          {"a":1,"a":2}           | not a JSON object
          {"a":1} x               | not a JSON object
          {}                      | without fields
          {"role":"user"}         | the field role
          {"content":"x"}         | may only be null
          {"content":null}        | may only be null
          {"tool_calls":"x"}      | tool_calls is not a list
          {"tool_calls":[]}       | tool_calls is not a list
          {"tool_calls":[1]}      | tool_calls is not a list
          {"name":["\\ud800"]}  | surrogate
          {"\\udc00":1}         | surrogate
          """)
  void givenFurtherFieldsOfAnotherForm_whenChecked_thenTheProblemIsNamed(
      String extra, String problem) {
    assertThat(problems("a", new Message("assistant", "x", true, extra)))
        .singleElement()
        .asString()
        .contains("message 1: ", problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "[1]", "x", "[{]", "[{\"a\":\"\\ud800\"}]"})
  void givenToolsOfAnotherForm_whenChecked_thenItIsAProblem(String tools) {
    Candidate candidate = new Candidate("a", "", List.of(ANSWER), tools, Map.of());
    assertThat(CandidateRules.problems(candidate)).singleElement().asString().startsWith("tools ");
    Query query = new Query("q", List.of(ANSWER), tools);
    assertThat(TargetTaskRules.queryProblems(List.of(query)))
        .singleElement()
        .asString()
        .contains("tools ");
  }

  @Test
  void givenMetadataAroundTheLimits_whenChecked_thenOnlyWhatIsBeyondThemIsAProblem() {
    assertThat(metadata(Map.of("x".repeat(256), "y".repeat(1024), "ß 😀", ""))).isEmpty();
    for (String name : List.of("", "x".repeat(257), "a\tb", "\ud800")) {
      assertThat(metadata(Map.of(name, ""))).singleElement().asString().contains("the name");
    }
    for (String value : List.of("y".repeat(1025), "\ud800")) {
      assertThat(metadata(Map.of("a", value))).singleElement().asString().contains("longer than");
    }
    Map<String, String> many = new HashMap<>();
    IntStream.rangeClosed(0, 100).forEach(i -> many.put("n" + i, ""));
    assertThat(metadata(many)).singleElement().asString().contains("101 entries");
  }

  private static List<String> metadata(Map<String, String> metadata) {
    return CandidateRules.problems(new Candidate("a", "", List.of(ANSWER), "", metadata));
  }

  private static List<String> problems(String id, Message... messages) {
    return CandidateRules.problems(Candidates.of(id, "", List.of(messages)));
  }
}
