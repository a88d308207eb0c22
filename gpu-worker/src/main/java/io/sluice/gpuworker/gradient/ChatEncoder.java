package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.chat.ChatTemplates;
import io.sluice.gpuworker.chat.Conversation;
import io.sluice.gpuworker.chat.LearntText;
import io.sluice.gpuworker.chat.LearntTokens;
import io.sluice.gpuworker.chat.Rendering;
import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.schemas.Message;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Encodes examples in the text of a model's own chat template. No token is added to those that the
 * template writes. What is learnt is found in the text, see {@link ChatTemplates#learn}; a token
 * with a character of a learnt part is learnt. Thread-safe.
 */
final class ChatEncoder implements ExampleEncoder {
  private final ChatTemplates templates;
  private final LocalDate date;
  private final Tokens tokens;
  private final QueryMode queries;
  private final int maxLength;

  /**
   * Creates an encoder.
   *
   * @param date the date that the templates were read with
   * @param queries the part of a query that is used
   */
  ChatEncoder(
      ChatTemplates templates, LocalDate date, Tokens tokens, QueryMode queries, int maxLength) {
    this.templates = templates;
    this.date = date;
    this.tokens = tokens;
    this.queries = queries;
    this.maxLength = maxLength;
  }

  @Override
  public String textForm() {
    String form = TextForm.Chat.LABEL + " " + templates.hash();
    return templates.askForDate() ? form + " " + date : form;
  }

  @Override
  public Inspection inspect(Text text) {
    try {
      if (text instanceof Text.Conversation example) {
        return candidate(example.messages(), example.tools());
      }
      if (text instanceof Text.Question question) {
        return query(question.messages(), question.tools());
      }
      return new Encoded.Refused(
          "its text is already formatted, so that the chat template cannot be applied: give"
              + " messages, or use the text form reference");
    } catch (IllegalArgumentException e) {
      return new Encoded.Refused(e.getMessage());
    }
  }

  private Inspection candidate(List<Message> messages, String tools) {
    LearntText learnt = templates.learn(ChatMessages.conversation(messages, tools));
    if (!(learnt instanceof LearntText.Learnable found)) {
      return new Encoded.Refused(((LearntText.Refused) learnt).reason());
    }
    List<LearntText.Part> parts = unmasked(found, masked(messages));
    if (parts.isEmpty()) {
      return new Encoded.Refused(
          "every assistant turn that can be learnt has weight 0, so there is nothing to learn");
    }
    TokenizedText text = tokens.tokenizeContinuation(found.text()).first(maxLength);
    return Inspection.of(text, labels(text, parts), maxLength, remarks(found));
  }

  private static List<String> remarks(LearntText.Learnable found) {
    return found.unlearnt().stream()
        .map(
            turn ->
                "message %d is not learnt: %s"
                    .formatted(turn.message() + 1, turn.reason().description()))
        .toList();
  }

  /** Encodes a query, of which the last message is the answer. */
  private Inspection query(List<Message> messages, String tools) {
    Conversation conversation = ChatMessages.conversation(messages, tools);
    return queries == QueryMode.PROMPT
        ? prompt(conversation)
        : answer(conversation, messages.get(messages.size() - 1).getLearn());
  }

  /** Encodes the messages before the answer, without what makes the model answer. */
  private Inspection prompt(Conversation conversation) {
    Rendering rendering = templates.beforeLast(conversation);
    return rendering instanceof Rendering.Complete prompt
        ? Inspection.unlearnt(tokens.tokenizeContinuation(prompt.text()).first(maxLength))
        : new Encoded.Refused(((Rendering.Refused) rendering).reason());
  }

  /**
   * Encodes a query with its answer, or the answer alone. The whole text is tokenized at once. As
   * in the reference's form, what comes before the answer and the rest are cut separately.
   */
  private Inspection answer(Conversation conversation, boolean isLearntFrom) {
    LearntText learnt = templates.learnLast(conversation);
    if (!(learnt instanceof LearntText.Learnable found)) {
      return new Encoded.Refused(((LearntText.Refused) learnt).reason());
    }
    if (!isLearntFrom) {
      return new Encoded.Refused("the answer has weight 0, so there is nothing to learn");
    }
    TokenizedText whole = tokens.tokenizeContinuation(found.text());
    boolean[] isLearnt = learnt(whole, found.learnt());
    int answer = 0;
    while (answer < isLearnt.length && !isLearnt[answer]) {
      answer++;
    }
    int begin = answer;
    int before = queries == QueryMode.RESPONSE ? 0 : maxLength;
    TokenizedText text = whole.keeping(i -> i < begin ? i < before : i - begin < maxLength);
    return Inspection.of(text, labels(text, found.learnt()), maxLength);
  }

  private static Set<Integer> masked(List<Message> messages) {
    Set<Integer> masked = new TreeSet<>();
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).getRole().equals(Conversation.ASSISTANT) && !messages.get(i).getLearn()) {
        masked.add(i);
      }
    }
    return masked;
  }

  /**
   * The learnt parts without those of masked messages.
   *
   * @throws IllegalArgumentException when the parts of a masked message cannot be found
   */
  private static List<LearntText.Part> unmasked(LearntText.Learnable found, Set<Integer> masked) {
    List<LearntText.Part> parts = new ArrayList<>();
    for (LearntText.Part part : found.learnt()) {
      if (!masked.isEmpty() && part.message().isEmpty()) {
        throw new IllegalArgumentException(
            "message "
                + (masked.iterator().next() + 1)
                + " has weight 0, but the chat template marks more or fewer generated parts than"
                + " there are assistant turns, so that those of the turn cannot be found");
      }
      if (part.message().isEmpty() || !masked.contains(part.message().getAsInt())) {
        parts.add(part);
      }
    }
    return parts;
  }

  private static long[] labels(TokenizedText text, List<LearntText.Part> parts) {
    boolean[] isLearnt = learnt(text, parts);
    long[] labels = text.ids().clone();
    for (int i = 0; i < labels.length; i++) {
      if (!isLearnt[i]) {
        labels[i] = Encoded.UNLEARNT;
      }
    }
    return labels;
  }

  private static boolean[] learnt(TokenizedText text, List<LearntText.Part> parts) {
    List<LearntTokens.Place> places = new ArrayList<>(text.length());
    for (int i = 0; i < text.length(); i++) {
      places.add(new LearntTokens.Place(text.begins()[i], text.ends()[i]));
    }
    return LearntTokens.of(text.text(), parts, places);
  }
}
