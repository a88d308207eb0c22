package io.sluice.streams.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Condition;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Representation;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which candidates the rules of a task leave out, and for which reason. */
class TaskRulesTest {
  private static Representation candidate(Map<String, String> metadata, int uncutTokens) {
    float[] vector = {1, 0, 0, 0, 0, 0, 0, 0};
    Representation some = Examples.representation("c", vector);
    return Representation.newBuilder(some)
        .setCandidate(Candidate.newBuilder(some.getCandidate()).setMetadata(metadata).build())
        .setUncutTokens(uncutTokens)
        .build();
  }

  private static String reason(Rules.Builder rules, Representation candidate) {
    TargetTask task =
        TargetTask.newBuilder(Examples.task("t", 1, 1, 1)).setRules(rules.build()).build();
    return TaskRules.of(task).reasonAgainst(new CandidateFacts(candidate)).orElse("");
  }

  private static Rules.Builder where(Condition.Builder condition) {
    return Rules.newBuilder().setWhere(List.of(condition.build()));
  }

  @Test
  void givenNoRules_whenJudged_thenEveryCandidateIsEligible() {
    assertThat(reason(Rules.newBuilder(), candidate(Map.of(), 0))).isEmpty();
    assertThat(TaskRules.of(Examples.task("t", 1, 1, 1)).isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, ''",
    "1, ''",
    "1.0, ''",
    "5e-1, ''",
    "0.49, where:metadata.quality",
    "1.01, where:metadata.quality",
    "-1, where:metadata.quality",
    "NaN, not_a_number:metadata.quality",
    "1d, not_a_number:metadata.quality",
    "0x1p-1, not_a_number:metadata.quality",
    "high, not_a_number:metadata.quality",
    "'', missing:metadata.quality",
  })
  void givenARange_whenJudged_thenOnlyNumbersOfJsonWithinItAreEligible(
      String quality, String reason) {
    Rules.Builder range =
        where(
            Condition.newBuilder()
                .setField("metadata.quality")
                .setLeast(List.of(0.5))
                .setMost(List.of(1.0)));

    assertThat(reason(range, candidate(Map.of("quality", quality), 0))).isEqualTo(reason);
  }

  @Test
  void givenACandidateWithoutTheField_whenJudged_thenItIsEligibleOnlyIfTheRuleSaysSo() {
    Condition.Builder notGerman =
        Condition.newBuilder().setField("metadata.language").setNotIn(List.of("de"));
    Condition.Builder orMissing = Condition.newBuilder(notGerman).setMissing(true);
    Condition.Builder onlyMissing =
        Condition.newBuilder().setField("metadata.language").setMissing(true);
    Representation none = candidate(Map.of(), 0);
    Representation german = candidate(Map.of("language", "de"), 0);
    Representation french = candidate(Map.of("language", "fr"), 0);

    assertThat(reason(where(notGerman), none)).isEqualTo("missing:metadata.language");
    assertThat(reason(where(notGerman), french)).isEmpty();
    assertThat(reason(where(orMissing), none)).isEmpty();
    assertThat(reason(where(orMissing), french)).isEmpty();
    assertThat(reason(where(orMissing), german)).isEqualTo("where:metadata.language");
    assertThat(reason(where(onlyMissing), none)).isEmpty();
    assertThat(reason(where(onlyMissing), french)).isEqualTo("where:metadata.language");
  }

  @Test
  void givenAnEmptySource_whenTheRuleComparesSources_thenTheFieldIsMissing() {
    Representation test = candidate(Map.of("source", "other"), 0);
    Representation none =
        Representation.newBuilder(test)
            .setCandidate(Candidate.newBuilder(test.getCandidate()).setSource("").build())
            .build();
    Rules.Builder rules =
        where(Condition.newBuilder().setField("source").setIn(List.of("test", "flan")));

    assertThat(reason(rules, test)).isEmpty();
    assertThat(reason(rules, none)).isEqualTo("missing:source");
  }

  @Test
  void givenNoHashOfTheTokens_whenContentsCountOnce_thenTheContentIsUnknown() {
    Rules.Builder once = Rules.newBuilder().setDuplicates(Duplicates.ONE);
    Representation known =
        Representation.newBuilder(candidate(Map.of(), 0))
            .setTokensHash(ByteBuffer.wrap(new byte[] {1}))
            .build();

    assertThat(reason(once, known)).isEmpty();
    assertThat(reason(once, candidate(Map.of(), 0))).isEqualTo("unknown_content");
  }

  @ParameterizedTest
  @CsvSource({
    "0, unknown_tokens",
    "9, min_tokens",
    "10, ''",
    "20, ''",
    "21, max_tokens",
  })
  void givenLimitsOfLength_whenJudged_thenTheyAreInclusiveAndAnUnknownLengthIsNotEligible(
      int tokens, String reason) {
    Rules.Builder limits = Rules.newBuilder().setMinTokens(10).setMaxTokens(20);

    assertThat(reason(limits, candidate(Map.of(), tokens))).isEqualTo(reason);
  }
}
