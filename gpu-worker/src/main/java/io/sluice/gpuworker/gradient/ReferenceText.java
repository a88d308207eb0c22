package io.sluice.gpuworker.gradient;

import io.sluice.schemas.Message;
import io.sluice.schemas.validation.ChatOnly;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Messages as text in the published form: each is formatted as {@code <|role|>}, line feed,
 * content, line feed.
 *
 * @param endToken the text that ends an answer; empty for a model without an end token
 */
public record ReferenceText(String endToken) {
  static final String ASSISTANT_OPENS = "<|assistant|>\n";
  private static final String ASSISTANT = "assistant";
  private static final List<String> ROLES = List.of("system", "user", ASSISTANT);
  private static final int NAMES_SHOWN = 10;

  /**
   * A part of a text, in characters of {@code String}.
   *
   * @param begin the number of characters before it
   * @param end the number of characters up to its end
   */
  public record Span(int begin, int end) {}

  /**
   * A text, with the parts of it that are learnt when a model is trained on the example.
   *
   * @param text the whole text
   * @param learnt in the order of the text
   */
  public record Marked(String text, List<Span> learnt) {
    /** Takes an unmodifiable copy of the list. */
    public Marked {
      learnt = List.copyOf(learnt);
    }
  }

  /**
   * Why an example has no text in this form, or nothing to learn.
   *
   * @param remedy what to do about an example with parts that the form has no place for
   */
  public static Optional<String> problem(List<Message> messages, String tools, String remedy) {
    if (messages.isEmpty()) {
      return Optional.of("there are no messages");
    }
    if (messages.stream().noneMatch(message -> message.getRole().equals(ASSISTANT))) {
      return Optional.of("there is no assistant turn, so there is nothing to learn");
    }
    if (messages.stream().noneMatch(ReferenceText::isLearnt)) {
      return Optional.of("every assistant turn has weight 0, so there is nothing to learn");
    }
    List<String> homeless = ChatOnly.parts(messages, tools);
    if (!homeless.isEmpty()) {
      List<String> shown = homeless.subList(0, Math.min(NAMES_SHOWN, homeless.size()));
      return Optional.of(String.join(", ", shown) + remedy);
    }
    return messages.stream()
        .map(Message::getRole)
        .filter(role -> !ROLES.contains(role))
        .findFirst()
        .map(role -> "unknown role '" + role + "': use " + String.join(", ", ROLES));
  }

  /** Why a query has no answer; its last message must be one. */
  public static Optional<String> missingAnswer(List<Message> messages) {
    Message last = messages.get(messages.size() - 1);
    if (isLearnt(last)) {
      return Optional.empty();
    }
    return Optional.of(
        isAnswer(last)
            ? "the answer has weight 0, so there is nothing to learn"
            : "the last message must be the assistant's answer");
  }

  /** Whether a message is an answer of the assistant that is not masked. */
  public static boolean isLearnt(Message message) {
    return isAnswer(message) && message.getLearn();
  }

  static boolean isAnswer(Message message) {
    return message.getRole().equals(ASSISTANT);
  }

  /**
   * The text of a candidate. White space around its messages is removed; the content of an answer
   * is followed by the end token.
   */
  public Marked candidate(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    List<Span> learnt = new ArrayList<>();
    for (Message message : messages) {
      String content = content(message);
      text.append(opening(message.getRole()));
      int begin = text.length();
      text.append(content);
      if (isLearnt(message)) {
        learnt.add(new Span(begin, text.length()));
      }
      text.append('\n');
    }
    // The text begins with a marker, so white space is removed at its end only.
    return new Marked(strip(text.toString()), learnt);
  }

  /**
   * The messages of a candidate with the white space at the end of its text.
   *
   * @param text the text
   * @param ends for each message, the number of characters up to its end
   * @param endTokens for each message, where the end token behind it begins; empty for those that
   *     have none
   */
  record Lines(String text, List<Integer> ends, List<OptionalInt> endTokens) {
    int end(int message) {
      return ends.get(message);
    }

    OptionalInt endToken(int message) {
      return endTokens.get(message);
    }
  }

  /** Writes a candidate's messages. */
  Lines lines(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    List<Integer> ends = new ArrayList<>();
    List<OptionalInt> endTokens = new ArrayList<>();
    for (Message message : messages) {
      text.append(line(message.getRole(), content(message)));
      ends.add(text.length());
      endTokens.add(
          isAnswer(message)
              ? OptionalInt.of(text.length() - 1 - endToken.length())
              : OptionalInt.empty());
    }
    return new Lines(text.toString(), ends, endTokens);
  }

  /**
   * The text of a query. The last message, which must be the assistant's, is the answer; the
   * messages before it are the prompt. White space around the user's and system messages and the
   * answer is kept, because it can matter: code that continues a function is indented.
   */
  public PromptAnswer query(List<Message> messages) {
    StringBuilder prompt = new StringBuilder();
    for (Message message : messages.subList(0, messages.size() - 1)) {
      String content = isAnswer(message) ? content(message) : message.getContent();
      prompt.append(line(message.getRole(), content));
    }
    String answer = messages.get(messages.size() - 1).getContent();
    return new PromptAnswer(prompt + ASSISTANT_OPENS, answer);
  }

  /**
   * A prompt without the markers that open answers. The published implementation removes every
   * marker, in a prompt of several turns as well.
   */
  public static String withoutMarkers(String prompt) {
    return prompt.replace("\n" + ASSISTANT_OPENS, "");
  }

  private String content(Message message) {
    return strip(message.getContent()) + (isAnswer(message) ? endToken : "");
  }

  private static String line(String role, String content) {
    return opening(role) + content + "\n";
  }

  private static String opening(String role) {
    return "<|" + role + "|>\n";
  }

  /** Removes white space like Python's {@code strip}, including non-breaking spaces and U+0085. */
  private static String strip(String text) {
    int begin = 0;
    int end = text.length();
    while (begin < end && isSpace(text.charAt(begin))) {
      begin++;
    }
    while (end > begin && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(begin, end);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }
}
