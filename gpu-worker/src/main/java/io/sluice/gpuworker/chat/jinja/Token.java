package io.sluice.gpuworker.chat.jinja;

/**
 * A token of a template.
 *
 * @param kind its kind
 * @param text template text, a name, an operator, the digits of a number, or the value of a string
 *     literal
 * @param line the line on which it begins, from 1
 */
record Token(Kind kind, String text, int line) {
  /** The kinds of tokens. */
  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    VARIABLE_BEGIN,
    VARIABLE_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** How messages name the token. */
  String described() {
    return switch (kind) {
      case END -> "the end of the template";
      case DATA -> "template text";
      case BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END -> "the end of the tag";
      default -> "'" + text + "'";
    };
  }
}
