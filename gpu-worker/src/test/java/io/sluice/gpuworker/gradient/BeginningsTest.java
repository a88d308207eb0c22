package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The labels of conversations, by tokenizing each turn once and by tokenizing each beginning. */
class BeginningsTest {
  private static final int LIMIT = 300;
  private static final int CONVERSATIONS = 400;
  private static final List<String> ROLES = List.of("system", "user", "assistant", "assistant");
  private static final List<String> PIECES =
      List.of(
          "a",
          "word",
          " ",
          "  ",
          "\n",
          "\n\n",
          "\t",
          "The answer is 42.",
          "é",
          "e\u0301",
          "漢字",
          "🙂",
          "\u00a0",
          "\u0338",
          "</s>",
          "</s> ",
          "<s>",
          "[PAD]",
          "<|assistant|>\n",
          "<|user|>",
          "<",
          ">",
          "s>",
          "</",
          "_",
          "▁",
          "1234567",
          "def f(x):\n  return x");

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama/base",
    "shared,tokenizers/split-nfc",
    "shared,tokenizers/sentencepiece-like"
  })
  void givenAnyConversation_whenEncoded_thenTheLabelsAreThoseOfEachBeginningByItself(
      String where, String tokenizer) throws IOException {
    Random random = new Random(7);
    try (Tokens tokens = Tokens.open(GoldenData.gradients(where).resolve(tokenizer), LIMIT)) {
      ReferenceEncoder encoder = new ReferenceEncoder(tokens, QueryMode.PROMPT_AND_RESPONSE, LIMIT);
      for (int i = 0; i < CONVERSATIONS; i++) {
        List<Message> messages = conversation(random);
        Optional<long[]> expected = labels(tokens, messages);
        Encoded actual = encoder.encode(new Text.Conversation(messages, ""));
        if (expected.isPresent() && actual instanceof Encoded.Example example) {
          assertThat(example.labels()).as("%s", messages).isEqualTo(expected.get());
        } else {
          assertThat(actual).as("%s", messages).isInstanceOf(Encoded.Refused.class);
        }
      }
    }
  }

  /** The division at end tokens is found, so that the text before them is not tokenized again. */
  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama/base",
    "shared,tokenizers/split-nfc",
    "shared,tokenizers/sentencepiece-like"
  })
  void givenAnEndToken_whenCounted_thenTheTextBeforeItIsNotRead(String where, String tokenizer)
      throws IOException {
    try (Tokens tokens = Tokens.open(GoldenData.gradients(where).resolve(tokenizer), LIMIT)) {
      String before = "<|user|>\nGrüße 🙂\n<|assistant|>\nHi.";
      String text = before + tokens.endToken() + "\n<|user|>\nMore.\n";
      TokenizedText whole = tokens.tokenize(text);
      String other = "?".repeat(before.length()) + text.substring(before.length());
      assertThat(
              new Beginnings(tokens, whole, withCodePointsOf(before, other))
                  .tokens(text.length(), OptionalInt.of(before.length())))
          .isEqualTo(tokens.encode(text).length);
    }
  }

  /** Keeps the number of code points: the emoji takes two characters in both texts. */
  private static String withCodePointsOf(String before, String other) {
    int emoji = before.indexOf("🙂");
    return other.substring(0, emoji) + "🙂" + other.substring(emoji + 2);
  }

  private static List<Message> conversation(Random random) {
    List<Message> messages = new ArrayList<>();
    int turns = 1 + random.nextInt(12);
    for (int turn = 0; turn < turns; turn++) {
      StringBuilder content = new StringBuilder();
      for (int piece = random.nextInt(7); piece > 0; piece--) {
        content.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      String role = ROLES.get(random.nextInt(ROLES.size()));
      messages.add(new Message(role, content.toString(), random.nextInt(4) > 0, ""));
    }
    return messages;
  }

  /** Finds where each turn begins and ends by encoding the text up to there. */
  private static Optional<long[]> labels(Tokens tokens, List<Message> messages) {
    ReferenceText form = new ReferenceText(tokens.endToken());
    long[] labels = tokens.encode(form.candidate(messages).text()).clone();
    for (int turn = 0; turn < messages.size(); turn++) {
      if (ReferenceText.isLearnt(messages.get(turn))) {
        continue;
      }
      int begin = turn == 0 ? 0 : length(tokens, form, messages.subList(0, turn), "");
      boolean answered =
          turn + 1 < messages.size() && ReferenceText.isAnswer(messages.get(turn + 1));
      String opening = answered ? ReferenceText.ASSISTANT_OPENS : "";
      int end = length(tokens, form, messages.subList(0, turn + 1), opening);
      Arrays.fill(
          labels, Math.min(begin, labels.length), Math.min(end, labels.length), Encoded.UNLEARNT);
    }
    boolean learns = Arrays.stream(labels).skip(1).anyMatch(label -> label != Encoded.UNLEARNT);
    return learns ? Optional.of(labels) : Optional.empty();
  }

  private static int length(
      Tokens tokens, ReferenceText form, List<Message> messages, String opening) {
    return tokens.encode(form.lines(messages).text() + opening).length;
  }
}
