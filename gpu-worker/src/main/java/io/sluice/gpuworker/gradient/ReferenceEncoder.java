package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.schemas.Message;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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
    TokenizedText whole = tokens.tokenize(form.candidate(messages).text());
    TokenizedText text = whole.first(maxLength);
    long[] labels = text.ids().clone();
    ReferenceText.Lines lines = form.lines(messages);
    Beginnings beginnings = new Beginnings(tokens, whole, lines.text());
    OptionalInt endToken = OptionalInt.empty();
    int begin = 0;
    for (int turn = 0; turn < messages.size(); turn++) {
      boolean isLast = turn + 1 == messages.size();
      endToken = lines.endToken(turn).isPresent() ? lines.endToken(turn) : endToken;
      if (ReferenceText.isLearnt(messages.get(turn))) {
        begin = isLast ? begin : beginnings.tokens(lines.end(turn), endToken);
      } else if (isLast || ReferenceText.isLearnt(messages.get(turn + 1))) {
        // The last of turns that are not learnt: the ends of those before it make no difference.
        int opening = isLast ? 0 : ReferenceText.ASSISTANT_OPENS.length();
        int end = beginnings.tokens(lines.end(turn) + opening, endToken);
        Arrays.fill(
            labels, Math.min(begin, labels.length), Math.min(end, labels.length), Encoded.UNLEARNT);
      }
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
