package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.schemas.Message;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Encodes examples in the published form, see {@link ReferenceText}.
 *
 * <p>Of a candidate, the contents of the answers and the end tokens after them are learnt. As in
 * the chat format of Open-Instruct (Wang et al. 2023), the token positions at which messages begin
 * and end are determined by encoding the text up to there. Thread-safe.
 */
final class ReferenceEncoder implements ExampleEncoder {
  /** How a refusal ends that the text form is the cause of. */
  private static final String NO_PLACE =
      ": the text form 'reference' has no place for this, use the text form 'chat'";

  private final Tokens tokens;
  private final ReferenceText form;
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
    this.form = new ReferenceText(tokens.endToken());
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
    Optional<String> problem = ReferenceText.problem(messages, tools, NO_PLACE);
    if (problem.isPresent()) {
      return new Encoded.Refused(problem.get());
    }
    TokenizedText text = tokens.tokenize(form.candidate(messages).text()).first(maxLength);
    long[] labels = text.ids().clone();
    for (int turn = 0; turn < messages.size(); turn++) {
      if (ReferenceText.isLearnt(messages.get(turn))) {
        continue;
      }
      int begin = turn == 0 ? 0 : tokens.encode(form.beginning(messages.subList(0, turn))).length;
      boolean answered =
          turn + 1 < messages.size() && ReferenceText.isAnswer(messages.get(turn + 1));
      String upToAnswer =
          form.beginning(messages.subList(0, turn + 1))
              + (answered ? ReferenceText.ASSISTANT_OPENS : "");
      int end = tokens.encode(upToAnswer).length;
      Arrays.fill(
          labels, Math.min(begin, labels.length), Math.min(end, labels.length), Encoded.UNLEARNT);
    }
    return Inspection.of(text, labels, maxLength);
  }

  private Inspection query(List<Message> messages, String tools) {
    Optional<String> problem =
        ReferenceText.problem(messages, tools, NO_PLACE)
            .or(() -> ReferenceText.missingAnswer(messages));
    return problem.isPresent() ? new Encoded.Refused(problem.get()) : query(form.query(messages));
  }

  /** Encodes a query whose text is already formatted. */
  private Inspection query(PromptAnswer query) {
    return switch (queries) {
      case PROMPT_AND_RESPONSE -> promptAndResponse(query);
      case RESPONSE -> {
        TokenizedText answer = tokens.tokenize(query.answer() + tokens.endToken()).first(maxLength);
        yield Inspection.of(answer, answer.ids().clone(), maxLength);
      }
      case PROMPT ->
          Inspection.unlearnt(
              tokens
                  .tokenize(ReferenceText.withoutMarkers(query.prompt()) + tokens.endToken())
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
}
