package io.sluice.streams.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Leaks;
import io.sluice.schemas.Message;
import io.sluice.schemas.Representation;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.Examples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which candidates share text with a task. */
class LeakRuleTest {
  private static boolean isLeak(int words, List<Message> query, Message... candidate) {
    TargetTask task =
        TargetTask.newBuilder(Examples.task("t", 1, 1, 1))
            .setQueries(List.of(Queries.of("q", query)))
            .setRules(Rules.newBuilder().setLeaks(Leaks.EXCLUDE).setLeakWords(words).build())
            .build();
    return TaskRules.of(task).reasonAgainst(facts(candidate)).equals(Optional.of("leak"));
  }

  private static CandidateFacts facts(Message... messages) {
    Representation some = Examples.representation("c", new float[] {1, 0, 0, 0, 0, 0, 0, 0});
    return new CandidateFacts(
        Representation.newBuilder(some)
            .setCandidate(Candidates.of("c", "", List.of(messages)))
            .build());
  }

  private static Message user(String text) {
    return Messages.of("user", text);
  }

  private static Message assistant(String text) {
    return Messages.of("assistant", text);
  }

  private static String words(int from, int to) {
    return String.join(" ", IntStream.range(from, to).mapToObj(i -> "word" + i).toList());
  }

  @Test
  void givenThirteenWordsInSequence_whenJudged_thenALeakAndTwelveAreNone() {
    List<Message> query = List.of(user("Question " + words(0, 20)), assistant(words(50, 70)));

    assertThat(isLeak(13, query, user("say " + words(3, 16) + " x"), assistant("yes"))).isTrue();
    assertThat(isLeak(13, query, user("say " + words(3, 15) + " x"), assistant("yes"))).isFalse();
    assertThat(isLeak(13, query, user("say"), assistant("Sure: " + words(51, 64)))).isTrue();
    assertThat(isLeak(13, query, user(words(3, 9)), assistant(words(9, 19)))).isFalse();
    assertThat(isLeak(13, query, Messages.of("system", words(0, 20)), user("say"), assistant("x")))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          What is the capital of France?   | WHAT is  the capital of \"France\"
          Straße nach Köln, bitte!         | STRASSE NACH KO\u0308LN BITTE
          \uFF21\uFF22\uFF23 \uFB01ne            | abc fine
          Ὀδυσσεύς ἦλθεν                   | ὈΔΥΣΣΕΎΣ ἮΛΘΕΝ
          What is 6 * 7 ?                  | what is 6 * 7
          **Bold** (claim).                | bold claim
          """)
  void givenTheSamePromptWrittenDifferently_whenJudged_thenALeak(String one, String other) {
    List<Message> query = List.of(user(unescaped(one)), assistant("no"));

    assertThat(isLeak(13, query, user(unescaped(other)), assistant("yes"))).isTrue();
    assertThat(isLeak(13, query, user(unescaped(other) + " more"), assistant("yes"))).isFalse();
  }

  private static String unescaped(String text) {
    return text.translateEscapes().replace("\\\"", "\"");
  }

  @Test
  void givenALeak_whenSought_thenExactlyTheExamplesThatShareTextAreNamed() {
    TargetTask task =
        TargetTask.newBuilder(Examples.task("t", 1, 1, 1))
            .setQueries(
                List.of(
                    Queries.of("one", List.of(user(words(0, 20)), assistant("a"))),
                    Queries.of("two", List.of(user(words(20, 40)), assistant("b")))))
            .setHeldOut(List.of(Queries.of("held", List.of(user(words(10, 30)), assistant("c")))))
            .setRules(
                Rules.newBuilder()
                    .setLeaks(Leaks.EXCLUDE)
                    .setLeakWords(5)
                    .setMinTokens(1_000)
                    .build())
            .build();
    CandidateFacts leak = facts(user("so " + words(2, 8)), assistant(words(12, 17)));

    assertThat(TaskRules.leaksWith(task, leak)).containsExactly("one", "held");
    assertThat(TaskRules.leaksWith(task, facts(user("no"), assistant(words(2, 6))))).isEmpty();
    // The candidate is shorter than the rules ask for, and their first reason alone is counted.
    assertThat(TaskRules.of(task).reasonsAgainst(leak)).endsWith("leak").hasSize(2);
  }

  @Test
  void givenOtherNumbersOrOperators_whenJudged_thenNoLeak() {
    List<Message> query = List.of(user("What is 6 * 7?"), assistant("42"));

    assertThat(isLeak(13, query, user("What is 6 / 7?"), assistant("x"))).isFalse();
    assertThat(isLeak(13, query, user("What is 6 + 7?"), assistant("42"))).isFalse();
    assertThat(isLeak(13, query, user("What is 6 * 8?"), assistant("42"))).isFalse();
  }

  @Test
  void givenAPromptAmongSeveralTurns_whenJudged_thenALeakOnlyFromTheBeginning() {
    List<Message> query = List.of(user("Which is larger?"), assistant("The sun."));
    Message system = Messages.of("system", "Be brief.");

    assertThat(isLeak(13, query, system, user("Which is larger?"), assistant("x"))).isTrue();
    assertThat(
            isLeak(13, query, user("which is larger"), assistant("x"), user("y"), assistant("z")))
        .isTrue();
    assertThat(
            isLeak(
                13, query, user("Hm."), assistant("x"), user("Which is larger?"), assistant("x")))
        .isFalse();
    assertThat(isLeak(13, List.of(assistant("The sun.")), assistant("The moon."))).isFalse();
  }

  @Test
  void givenAScriptThatDoesNotSeparateWords_whenJudged_thenEachCharacterIsAWord() {
    List<Message> query =
        List.of(user("\u4E00\u4E8C\u4E09\u56DB\u4E94\u516D"), assistant("\u4E03"));

    assertThat(isLeak(4, query, user("x\u4E8C\u4E09\u3002\u56DB\u4E94y"), assistant("a"))).isTrue();
    assertThat(isLeak(5, query, user("x\u4E8C\u4E09\u56DB\u4E94y"), assistant("a"))).isFalse();
  }

  @Test
  void givenAHeldOutExample_whenJudged_thenItsTextIsALeakAndReportedByDefault() {
    TargetTask.Builder task =
        TargetTask.newBuilder(Examples.task("t", 1, 1, 1))
            .setHeldOut(
                List.of(Queries.of("h", List.of(user("Name a river."), assistant("Nile")))));
    CandidateFacts leak = facts(user("name a river"), assistant("Po"));
    TaskRules byDefault = TaskRules.of(task.build());
    TaskRules ignoring =
        TaskRules.of(task.setRules(Rules.newBuilder().setLeaks(Leaks.IGNORE).build()).build());

    assertThat(byDefault.isReportedLeak(leak)).isTrue();
    assertThat(byDefault.reasonAgainst(leak)).isEmpty();
    assertThat(byDefault.isReportedLeak(facts(user("name a lake"), assistant("Nile")))).isFalse();
    assertThat(ignoring.isReportedLeak(leak)).isFalse();
    assertThat(ignoring.reasonAgainst(leak)).isEmpty();
  }

  /** Few words, so that sequences repeat; compared with a search for the words themselves. */
  @Property
  void givenAnyTexts_whenJudged_thenALeakExactlyIfAListOfWordsOrThePromptIsShared(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int length) {
    Random random = new Random(seed);
    List<String> asked = text(random);
    List<String> answered = text(random);
    List<String> prompt = text(random);
    List<String> answer = text(random);
    List<Message> query =
        List.of(user(String.join(" ", asked)), assistant(String.join(" ", answered)));

    boolean expected = !prompt.isEmpty() && prompt.equals(asked);
    for (List<String> turn : List.of(prompt, answer)) {
      for (int i = 0; i + length <= turn.size(); i++) {
        List<String> sequence = turn.subList(i, i + length);
        expected |= Collections.indexOfSubList(asked, sequence) >= 0;
        expected |= Collections.indexOfSubList(answered, sequence) >= 0;
      }
    }
    assertThat(
            isLeak(
                length,
                query,
                user(String.join(" ", prompt)),
                assistant(String.join("\n", answer))))
        .isEqualTo(expected);
  }

  private static List<String> text(Random random) {
    List<String> words = new ArrayList<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      words.add(List.of("a", "bb", "c1", "d").get(random.nextInt(4)));
    }
    return words;
  }
}
