package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.ReferenceText;
import io.sluice.gpuworker.gradient.ReferenceText.Marked;
import io.sluice.gpuworker.gradient.ReferenceText.Span;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.SentenceTokens;
import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.schemas.hash.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Turns examples into the tokens of a sentence-embedding model. The text of a candidate is that of
 * the published form; the text of a query is its prompt, a space and its answer. What the model's
 * prompts say is put before it. Thread-safe.
 */
final class SentenceTexts {
  private static final int HASH_BYTES = 16;
  private static final String NO_PLACE =
      ": sentence embeddings have no place for this, use another kind of representation with the text"
          + " form 'chat'";

  private final SentenceTokens tokens;
  private final ReferenceText form;
  private final QueryMode queries;
  private final int maxLength;
  private final Prefix ofQueries;
  private final Prefix ofCandidates;

  /**
   * What is put before a text.
   *
   * @param leftOut the number of tokens that are not pooled
   */
  private record Prefix(String text, int leftOut) {}

  /**
   * Creates the texts of a model.
   *
   * @param prompts both are present
   * @param includePrompt whether the tokens of prompts are pooled
   * @param maxLength the number of tokens after which a text is cut, the added ones included
   */
  SentenceTexts(
      SentenceTokens tokens,
      Prompts prompts,
      boolean includePrompt,
      QueryMode queries,
      int maxLength) {
    this.tokens = tokens;
    this.form = new ReferenceText(tokens.endToken());
    this.queries = queries;
    this.maxLength = maxLength;
    ofQueries = prefix(prompts.query().orElseThrow(), includePrompt);
    ofCandidates = prefix(prompts.candidate().orElseThrow(), includePrompt);
  }

  private Prefix prefix(String prompt, boolean include) {
    return new Prefix(prompt, include || prompt.isEmpty() ? 0 : tokens.promptLength(prompt));
  }

  int maxLength() {
    return maxLength;
  }

  /** What the tokens of an example depend on, apart from the tokenizer. */
  String description() {
    return "length %d, queries %s, end token '%s'\nquery prompt '%s' (%d)\ncandidate prompt '%s' (%d)"
        .formatted(
            maxLength,
            queries.label(),
            form.endToken(),
            ofQueries.text(),
            ofQueries.leftOut(),
            ofCandidates.text(),
            ofCandidates.leftOut());
  }

  Prepared<Sentence> prepare(Text text) {
    if (text instanceof Text.Conversation conversation) {
      return ReferenceText.problem(conversation.messages(), conversation.tools(), NO_PLACE)
          .map(SentenceTexts::refused)
          .orElseGet(() -> sentence(ofCandidates, form.candidate(conversation.messages())));
    }
    if (text instanceof Text.Question question) {
      Optional<String> problem =
          ReferenceText.problem(question.messages(), question.tools(), NO_PLACE)
              .or(() -> ReferenceText.missingAnswer(question.messages()));
      return problem
          .map(SentenceTexts::refused)
          .orElseGet(() -> sentence(ofQueries, query(form.query(question.messages()))));
    }
    return sentence(ofQueries, query((PromptAnswer) text));
  }

  private static Prepared<Sentence> refused(String reason) {
    return new Prepared.Refused<>(reason);
  }

  private Marked query(PromptAnswer query) {
    return switch (queries) {
      case PROMPT_AND_RESPONSE -> answered(query.prompt() + " ", query.answer());
      case RESPONSE -> answered("", query.answer());
      case PROMPT -> new Marked(ReferenceText.withoutMarkers(query.prompt()), List.of());
    };
  }

  private static Marked answered(String before, String answer) {
    Span span = new Span(before.length(), before.length() + answer.length());
    return new Marked(before + answer, List.of(span));
  }

  private Prepared<Sentence> sentence(Prefix prefix, Marked marked) {
    TokenizedText text = tokens.tokenize(prefix.text() + marked.text());
    boolean[] learnt = learnt(text, prefix.text().length(), marked.learnt());
    int count = 0;
    ByteBuffer content = ByteBuffer.allocate(text.length() * (Long.BYTES + 1));
    for (int i = 0; i < text.length(); i++) {
      count += learnt[i] ? 1 : 0;
      content.putLong(text.ids()[i]).put((byte) (learnt[i] ? 1 : 0));
    }
    byte[] hash = Arrays.copyOf(new Sha256().add(content.array()).bytes(), HASH_BYTES);
    return new Prepared.Ready<>(
        new Sentence(
            tokens.framed(text.ids(), maxLength),
            prefix.leftOut(),
            text.length() + tokens.added(),
            hash,
            count));
  }

  /** Which tokens begin in a learnt part. */
  private static boolean[] learnt(TokenizedText tokenized, int shift, List<Span> spans) {
    boolean[] learnt = new boolean[tokenized.length()];
    String text = tokenized.text();
    for (Span span : spans) {
      int begin = text.codePointCount(0, Math.min(text.length(), shift + span.begin()));
      int end = text.codePointCount(0, Math.min(text.length(), shift + span.end()));
      for (int i = 0; i < learnt.length; i++) {
        learnt[i] = learnt[i] || tokenized.begins()[i] >= begin && tokenized.begins()[i] < end;
      }
    }
    return learnt;
  }
}
