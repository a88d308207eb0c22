package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Splits a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on and the
 * template's last line break removed, as Hugging Face's libraries set Jinja up.
 *
 * <p>An instance reads one template, on one thread.
 */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  /** Whether what was read last ended with a line break, or nothing was read yet. */
  private boolean lineStarts = true;

  private Lexer(String source) {
    this.source = source;
  }

  /**
   * Returns the tokens of a template, ending with one of kind END.
   *
   * @throws TemplateSyntaxException when a tag or literal is not valid or does not end
   */
  static List<Token> tokens(String template) throws TemplateSyntaxException {
    String unified = template.replace("\r\n", "\n").replace('\r', '\n');
    String source = unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
    Lexer lexer = new Lexer(source);
    lexer.run();
    return List.copyOf(lexer.tokens);
  }

  private void run() throws TemplateSyntaxException {
    int begin = nextTag();
    while (begin >= 0) {
      char type = source.charAt(begin + 1);
      char sign = sign(begin + 2);
      int rawEnd = type == '%' ? wordTagEnd(begin, "raw", false) : -1;
      data(withoutIndent(source.substring(position, begin), sign, type != '{'), begin);
      if (rawEnd >= 0) {
        raw(rawEnd);
      } else {
        advance(begin + (sign == ' ' ? 2 : 3));
        if (type == '#') {
          comment();
        } else {
          tag(type == '%');
        }
      }
      begin = nextTag();
    }
    data(source.substring(position), source.length());
    tokens.add(new Token(Kind.END, "", line));
  }

  /** Adds template text, unless it is empty, and goes on to where the next tag begins. */
  private void data(String text, int next) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.DATA, text, line));
    }
    advance(next);
  }

  private void advance(int to) {
    line += (int) source.substring(position, to).chars().filter(c -> c == '\n').count();
    position = to;
  }

  private int nextTag() {
    for (int i = position; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "%{#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private char sign(int at) {
    char c = at < source.length() ? source.charAt(at) : ' ';
    return c == '-' || c == '+' ? c : ' ';
  }

  /** Applies the white space control of a tag to the text before it. */
  private String withoutIndent(String text, char sign, boolean stripsIndent) {
    if (sign == '-') {
      return Whitespace.stripEnd(text);
    }
    if (sign == '+' || !stripsIndent) {
      return text;
    }
    int start = text.lastIndexOf('\n') + 1;
    boolean indent = (start > 0 || lineStarts) && Whitespace.isAll(text.substring(start));
    return indent ? text.substring(0, start) : text;
  }

  private void comment() throws TemplateSyntaxException {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw new TemplateSyntaxException(line, "the comment does not end: add #}");
    }
    char sign = end > position ? sign(end - 1) : ' ';
    advance(end + 2);
    afterTag(sign, true);
  }

  /** Skips the white space that the end of a tag removes. */
  private void afterTag(char sign, boolean trims) {
    int end = position;
    if (sign == '-') {
      end = skipSpace(position);
    } else if (sign == ' ' && trims && source.startsWith("\n", position)) {
      end++;
    }
    lineStarts = end > position && source.charAt(end - 1) == '\n';
    advance(end);
  }

  /** The position after a tag of one word that begins at a position; -1 if it is another tag. */
  private int wordTagEnd(int begin, String word, boolean plusEnds) {
    int i = skipSpace(begin + (sign(begin + 2) == ' ' ? 2 : 3));
    if (!source.startsWith(word, i)) {
      return -1;
    }
    i = skipSpace(i + word.length());
    if (source.startsWith("-%}", i) || (plusEnds && source.startsWith("+%}", i))) {
      return i + 3;
    }
    return source.startsWith("%}", i) ? i + 2 : -1;
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < source.length() && Whitespace.is(source.charAt(i))) {
      i++;
    }
    return i;
  }

  private void raw(int contentStart) throws TemplateSyntaxException {
    advance(contentStart);
    afterTag(sign(contentStart - 3), false);
    for (int i = source.indexOf("{%", position); i >= 0; i = source.indexOf("{%", i + 1)) {
      int end = wordTagEnd(i, "endraw", true);
      if (end >= 0) {
        data(withoutIndent(source.substring(position, i), sign(i + 2), true), end);
        afterTag(sign(end - 3), true);
        return;
      }
    }
    throw new TemplateSyntaxException(line, "the raw block does not end: add {% endraw %}");
  }

  /** Reads the tokens of a tag up to its end. */
  private void tag(boolean block) throws TemplateSyntaxException {
    String end = block ? "%}" : "}}";
    tokens.add(new Token(block ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, "", line));
    Deque<Character> open = new ArrayDeque<>();
    while (position < source.length()) {
      char c = source.charAt(position);
      if (open.isEmpty()) {
        boolean signed = c == '-' || (block && c == '+');
        if (source.startsWith(end, position) || (signed && source.startsWith(end, position + 1))) {
          tokens.add(new Token(block ? Kind.BLOCK_END : Kind.VARIABLE_END, "", line));
          advance(position + (signed ? 3 : 2));
          afterTag(signed ? c : ' ', block);
          return;
        }
      }
      if (Whitespace.is(c)) {
        advance(position + 1);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (Character.isUnicodeIdentifierStart(source.codePointAt(position)) || c == '_') {
        name();
      } else if (c == '\'' || c == '"') {
        string(c);
      } else {
        operator(open);
      }
    }
    throw new TemplateSyntaxException(line, "the tag does not end: add " + end);
  }

  private void name() {
    int start = position;
    while (position < source.length()
        && Character.isUnicodeIdentifierPart(source.codePointAt(position))
        && !Character.isIdentifierIgnorable(source.codePointAt(position))) {
      position += Character.charCount(source.codePointAt(position));
    }
    tokens.add(new Token(Kind.NAME, source.substring(start, position), line));
  }

  private void number() throws TemplateSyntaxException {
    boolean afterDot = position > 0 && source.charAt(position - 1) == '.';
    NumberLiteral literal = NumberLiteral.at(source, position, !afterDot);
    tokens.add(new Token(literal.real() ? Kind.FLOAT : Kind.INTEGER, literal.text(), line));
    position = literal.end();
  }

  private void string(char quote) throws TemplateSyntaxException {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw new TemplateSyntaxException(line, "the text does not end: add " + quote);
    }
    String literal = source.substring(position + 1, end);
    tokens.add(new Token(Kind.STRING, StringLiteral.value(literal, line), line));
    advance(end + 1);
  }

  private void operator(Deque<Character> open) throws TemplateSyntaxException {
    String operator =
        OPERATORS.stream()
            .filter(candidate -> source.startsWith(candidate, position))
            .findFirst()
            .orElseThrow(
                () ->
                    new TemplateSyntaxException(
                        line,
                        "unexpected character '"
                            + Character.toString(source.codePointAt(position))
                            + "'"));
    switch (operator) {
      case "(" -> open.push(')');
      case "[" -> open.push(']');
      case "{" -> open.push('}');
      case ")", "]", "}" -> {
        if (open.isEmpty() || open.pop() != operator.charAt(0)) {
          throw new TemplateSyntaxException(line, "unexpected '" + operator + "'");
        }
      }
      default -> {}
    }
    tokens.add(new Token(Kind.OPERATOR, operator, line));
    position += operator.length();
  }
}
