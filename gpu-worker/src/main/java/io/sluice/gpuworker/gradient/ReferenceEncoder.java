package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.schemas.Message;
import io.sluice.schemas.validation.ChatOnly;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Encodes examples in the published form: each message is formatted as {@code <|role|>}, line feed,
 * content, line feed.
 *
 * <p>White space around the messages of a candidate is removed. The content of an assistant message
 * is followed by the end token; only the content and this token are learnt. As in the chat format
 * of Open-Instruct (Wang et al. 2023), the token positions at which messages begin and end are
 * determined by encoding the text up to there. Thread-safe.
 */
final class ReferenceEncoder implements ExampleEncoder {
  private static final String ASSISTANT = "assistant";
  private static final String ASSISTANT_OPENS = "<|assistant|>\n";
  private static final List<String> ROLES = List.of("system", "user", ASSISTANT);
  private static final int NAMES_SHOWN = 10;

  /** How a refusal ends that the text form is the cause of. */
  private static final String NO_PLACE =
      ": the text form 'reference' has no place for this, use the text form 'chat'";

  private final Tokens tokens;
  private final QueryMode queries;
  private final int maxLength;

  /**
   * Creates an encoder.
   *
   * @param tokens a tokenizer that truncates texts to {@code maxLength}
   * @param queries the part of a query that is used
   * @param maxLength the maximum number of tokens in a candidate, in the prompt of a query, and in
   *     the answer of a query
   */
  ReferenceEncoder(Tokens tokens, QueryMode queries, int maxLength) {
    this.tokens = tokens;
    this.queries = queries;
    this.maxLength = maxLength;
  }

  @Override
  public String textForm() {
    return TextForm.Reference.LABEL;
  }

  @Override
  public Inspection inspect(Text text) {
    if (text instanceof Text.Conversation conversation) {
      return candidate(conversation.messages(), conversation.tools());
    }
    return text instanceof Text.Question question
        ? query(question.messages(), question.tools())
        : query((PromptAnswer) text);
  }

  /** Encodes a candidate, of which all assistant messages are learnt but those that are masked. */
  private Inspection candidate(List<Message> messages, String tools) {
    Optional<String> problem = problem(messages, tools);
    if (problem.isPresent()) {
      return new Encoded.Refused(problem.get());
    }
    TokenizedText text = tokens.tokenize(strip(format(messages))).first(maxLength);
    long[] labels = text.ids().clone();
    for (int turn = 0; turn < messages.size(); turn++) {
      if (isLearnt(messages.get(turn))) {
        continue;
      }
      int begin = turn == 0 ? 0 : tokens.encode(format(messages.subList(0, turn))).length;
      boolean answered =
          turn + 1 < messages.size() && messages.get(turn + 1).getRole().equals(ASSISTANT);
      String upToAnswer = format(messages.subList(0, turn + 1)) + (answered ? ASSISTANT_OPENS : "");
      int end = tokens.encode(upToAnswer).length;
      Arrays.fill(
          labels, Math.min(begin, labels.length), Math.min(end, labels.length), Encoded.UNLEARNT);
    }
    return Inspection.of(text, labels, maxLength);
  }

  /**
   * Encodes a query. The last message, which must be the assistant's, is the answer; the messages
   * before it are the prompt. White space around the user's and system messages and the answer is
   * kept, because it can matter: code that continues a function is indented.
   */
  private Inspection query(List<Message> messages, String tools) {
    Optional<String> problem = problem(messages, tools);
    if (problem.isPresent()) {
      return new Encoded.Refused(problem.get());
    }
    Message last = messages.get(messages.size() - 1);
    if (!isLearnt(last)) {
      return new Encoded.Refused(
          last.getRole().equals(ASSISTANT)
              ? "the answer has weight 0, so there is nothing to learn"
              : "the last message must be the assistant's answer");
    }
    StringBuilder prompt = new StringBuilder();
    for (Message message : messages.subList(0, messages.size() - 1)) {
      boolean answered = message.getRole().equals(ASSISTANT);
      prompt.append(answered ? format(message) : line(message.getRole(), message.getContent()));
    }
    return query(new PromptAnswer(prompt + ASSISTANT_OPENS, last.getContent()));
  }

  /** Encodes a query whose text is already formatted. */
  private Inspection query(PromptAnswer query) {
    return switch (queries) {
      case PROMPT_AND_RESPONSE -> promptAndResponse(query);
      case RESPONSE -> {
        TokenizedText answer = tokens.tokenize(query.answer() + tokens.endToken()).first(maxLength);
        yield Inspection.of(answer, answer.ids().clone(), maxLength);
      }
      // The published implementation removes every marker, in a prompt of several turns as well.
      case PROMPT ->
          Inspection.unlearnt(
              tokens
                  .tokenize(query.prompt().replace("\n" + ASSISTANT_OPENS, "") + tokens.endToken())
                  .first(maxLength));
    };
  }

  /** Prompt and answer are tokenized separately. */
  private Inspection promptAndResponse(PromptAnswer query) {
    TokenizedText prompt = tokens.tokenize(query.prompt()).first(maxLength);
    TokenizedText answer =
        tokens.tokenizeContinuation(query.answer() + tokens.endToken()).first(maxLength);
    TokenizedText text = prompt.followedBy(answer);
    long[] labels = text.ids().clone();
    Arrays.fill(labels, 0, prompt.length(), Encoded.UNLEARNT);
    return Inspection.of(text, labels, maxLength);
  }

  private static Optional<String> problem(List<Message> messages, String tools) {
    if (messages.isEmpty()) {
      return Optional.of("there are no messages");
    }
    if (messages.stream().noneMatch(message -> message.getRole().equals(ASSISTANT))) {
      return Optional.of("there is no assistant turn, so there is nothing to learn");
    }
    if (messages.stream().noneMatch(ReferenceEncoder::isLearnt)) {
      return Optional.of("every assistant turn has weight 0, so there is nothing to learn");
    }
    List<String> homeless = ChatOnly.parts(messages, tools);
    if (!homeless.isEmpty()) {
      List<String> shown = homeless.subList(0, Math.min(NAMES_SHOWN, homeless.size()));
      return Optional.of(String.join(", ", shown) + NO_PLACE);
    }
    return messages.stream()
        .map(Message::getRole)
        .filter(role -> !ROLES.contains(role))
        .findFirst()
        .map(role -> "unknown role '" + role + "': use " + String.join(", ", ROLES));
  }

  private static boolean isLearnt(Message message) {
    return message.getRole().equals(ASSISTANT) && message.getLearn();
  }

  private String format(List<Message> messages) {
    return messages.stream().map(this::format).collect(Collectors.joining());
  }

  private String format(Message message) {
    String end = message.getRole().equals(ASSISTANT) ? tokens.endToken() : "";
    return line(message.getRole(), strip(message.getContent()) + end);
  }

  private static String line(String role, String content) {
    return "<|" + role + "|>\n" + content + "\n";
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
