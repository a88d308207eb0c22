package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Token.Kind;
import java.util.List;

/** The tokens of a template, read from the first to the last. Used by one parser. */
final class TokenStream {
  /**
   * Operators, calls, literals and brackets in one tag. Each can nest the expression one level
   * deeper, and a parser descends with the nesting.
   */
  private static final int MOST_PER_TAG = 300;

  private static final int DEEPEST_BLOCKS = 50;

  private final List<Token> tokens;
  private int position;
  private int inTag;
  private int blocks;

  TokenStream(List<Token> tokens) {
    this.tokens = List.copyOf(tokens);
  }

  Token current() {
    return tokens.get(position);
  }

  /** The token after the current one. */
  Token following() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = current();
    if (token.kind() != Kind.END) {
      position++;
    }
    return token;
  }

  /** Whether the current token is one of several operators. */
  boolean isOperator(String... operators) {
    return current().kind() == Kind.OPERATOR && List.of(operators).contains(current().text());
  }

  boolean skipOperator(String operator) {
    boolean found = current().isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = current().isName(name);
    if (found) {
      next();
    }
    return found;
  }

  Token expectOperator(String operator) throws TemplateSyntaxException {
    if (!current().isOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
    return next();
  }

  Token expectName(String name) throws TemplateSyntaxException {
    if (!current().isName(name)) {
      throw unexpected("'" + name + "'");
    }
    return next();
  }

  Token expect(Kind kind, String described) throws TemplateSyntaxException {
    if (current().kind() != kind) {
      throw unexpected(described);
    }
    return next();
  }

  private TemplateSyntaxException unexpected(String wanted) {
    return new TemplateSyntaxException(
        current().line(), "expected " + wanted + ", found " + current().described());
  }

  /** Begins to count the nesting of a tag. */
  void startTag() {
    inTag = 0;
  }

  /** Counts what can nest an expression one level deeper. */
  void nest() throws TemplateSyntaxException {
    inTag++;
    if (inTag > MOST_PER_TAG) {
      throw new TemplateSyntaxException(
          current().line(), "a tag has more than " + MOST_PER_TAG + " operators and brackets");
    }
  }

  /** Enters a block inside others; {@link #leaveBlock} must follow. */
  void enterBlock() throws TemplateSyntaxException {
    blocks++;
    if (blocks > DEEPEST_BLOCKS) {
      throw new TemplateSyntaxException(
          current().line(), "blocks are nested deeper than " + DEEPEST_BLOCKS + " levels");
    }
  }

  void leaveBlock() {
    blocks--;
  }
}
