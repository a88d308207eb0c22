package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads the statements of a template. */
final class StatementParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  /** Loops around the current statement, up to the macro or block with an output of its own. */
  private int loops;

  /** Blocks with an output of their own around the current statement. */
  private int captures;

  private boolean marksGeneration;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /**
   * A template's statements.
   *
   * @param statements in order
   * @param marksGeneration whether a block marks what the model generates
   * @param variables the names of the variables that expressions read
   */
  record Parsed(List<Statement> statements, boolean marksGeneration, Set<String> variables) {}

  static Parsed parse(String template) throws TemplateSyntaxException {
    TokenStream tokens = new TokenStream(Lexer.tokens(template));
    StatementParser parser = new StatementParser(tokens);
    List<Statement> statements = parser.statements();
    if (tokens.current().kind() != Kind.END) {
      Token end = tokens.following();
      throw new TemplateSyntaxException(end.line(), "unexpected tag '" + end.text() + "'");
    }
    return new Parsed(statements, parser.marksGeneration, Set.copyOf(parser.expressions.names()));
  }

  /** Reads statements up to one of the tags, whose beginning is then the current token. */
  private List<Statement> statements(String... ends) throws TemplateSyntaxException {
    tokens.enterBlock();
    List<Statement> statements = new ArrayList<>();
    while (tokens.current().kind() != Kind.END) {
      Token token = tokens.current();
      tokens.startTag();
      if (token.kind() == Kind.DATA) {
        statements.add(new Statement.Text(token.line(), tokens.next().text()));
      } else if (token.kind() == Kind.VARIABLE_BEGIN) {
        tokens.next();
        statements.add(new Statement.Print(token.line(), expressions.tuple(true)));
        tokens.expect(Kind.VARIABLE_END, "'}}'");
      } else if (isEnd(tokens.following())) {
        break;
      } else {
        tokens.next();
        statements.add(statement(tokens.expect(Kind.NAME, "the name of a tag")));
        tokens.expect(Kind.BLOCK_END, "'%}'");
      }
    }
    if (ends.length > 0 && !List.of(ends).contains(tokens.following().text())) {
      throw new TemplateSyntaxException(
          tokens.following().line(),
          "expected the tag "
              + ends[ends.length - 1]
              + ", found "
              + tokens.following().described());
    }
    tokens.leaveBlock();
    return List.copyOf(statements);
  }

  private static boolean isEnd(Token token) {
    return token.kind() == Kind.NAME
        && (token.text().startsWith("end") || token.isName("else") || token.isName("elif"));
  }

  /** Reads the statements of a block and the name of the tag that ends it. */
  private List<Statement> body(String... ends) throws TemplateSyntaxException {
    tokens.skipOperator(":");
    tokens.expect(Kind.BLOCK_END, "'%}'");
    List<Statement> body = statements(ends);
    tokens.next();
    return body;
  }

  /** Reads the body of a block with an output of its own, in which a loop around it cannot end. */
  private List<Statement> captured(String end) throws TemplateSyntaxException {
    int around = loops;
    loops = 0;
    captures++;
    List<Statement> body = body(end);
    tokens.next();
    captures--;
    loops = around;
    return body;
  }

  private Statement statement(Token tag) throws TemplateSyntaxException {
    int line = tag.line();
    return switch (tag.text()) {
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "set" -> set(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> filterBlock(line);
      case "with" -> with(line);
      case "generation" -> generation(line);
      case "break" -> jump(line, Statement.Flow.BREAK);
      case "continue" -> jump(line, Statement.Flow.CONTINUE);
      default ->
          throw new TemplateSyntaxException(line, "the tag " + tag.text() + " is not supported");
    };
  }

  private Statement jump(int line, Statement.Flow flow) throws TemplateSyntaxException {
    if (loops == 0) {
      throw new TemplateSyntaxException(line, "break and continue are possible in loops only");
    }
    return new Statement.Jump(line, flow);
  }

  private Statement conditional(int line) throws TemplateSyntaxException {
    Expression condition = expressions.tuple(false);
    List<Statement> then = body("elif", "else", "endif");
    Token end = tokens.next();
    if (end.isName("elif")) {
      tokens.enterBlock();
      Statement otherwise = conditional(end.line());
      tokens.leaveBlock();
      return new Statement.If(line, condition, then, List.of(otherwise));
    }
    List<Statement> otherwise = List.of();
    if (end.isName("else")) {
      otherwise = body("endif");
      tokens.next();
    }
    return new Statement.If(line, condition, then, otherwise);
  }

  private Statement loop(int line) throws TemplateSyntaxException {
    Target target = target(false);
    tokens.expectName("in");
    Expression items = expressions.tuple(false);
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    if (tokens.current().isName("recursive")) {
      throw new TemplateSyntaxException(line, "recursive loops are not supported");
    }
    loops++;
    List<Statement> body = body("else", "endfor");
    loops--;
    List<Statement> otherwise = List.of();
    if (tokens.next().isName("else")) {
      otherwise = body("endfor");
      tokens.next();
    }
    Optional<Expression> guard = condition.isEmpty() ? Guard.of(target, body) : Optional.empty();
    return new Statement.For(line, target, items, condition, guard, body, otherwise);
  }

  private Statement set(int line) throws TemplateSyntaxException {
    Target target = target(true);
    if (tokens.skipOperator("=")) {
      return new Statement.Set(line, target, expressions.tuple(true));
    }
    Expression value = expressions.filters().filters(new Expression.Name(Statement.BODY));
    return new Statement.SetBlock(line, target, value, captured("endset"));
  }

  private Target target(boolean members) throws TemplateSyntaxException {
    List<Target> targets = new ArrayList<>();
    boolean bracketed = tokens.skipOperator("(");
    boolean several = false;
    do {
      if (tokens.current().isName("in") || isTargetEnd()) {
        break;
      }
      targets.add(oneTarget(members));
      several |= tokens.current().isOperator(",");
    } while (tokens.skipOperator(","));
    if (bracketed) {
      tokens.expectOperator(")");
    }
    if (targets.isEmpty()) {
      throw new TemplateSyntaxException(tokens.current().line(), "expected the name of a variable");
    }
    return several ? new Target.Unpacked(List.copyOf(targets)) : targets.get(0);
  }

  private boolean isTargetEnd() {
    return tokens.current().isOperator("=") || tokens.current().isOperator(")");
  }

  private Target oneTarget(boolean members) throws TemplateSyntaxException {
    Token name = tokens.expect(Kind.NAME, "the name of a variable");
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name.text())) {
      throw new TemplateSyntaxException(name.line(), "can't assign to '" + name.text() + "'");
    }
    if (members && tokens.skipOperator(".")) {
      Token member = tokens.expect(Kind.NAME, "the name of an attribute");
      return new Target.Member(name.text(), member.text());
    }
    return new Target.Variable(name.text());
  }

  private Statement macro(int line) throws TemplateSyntaxException {
    String name = tokens.expect(Kind.NAME, "the name of the macro").text();
    return new Statement.DefineMacro(line, name, definition(name, line, "endmacro"));
  }

  /** Reads parameters and a body. */
  private Macro definition(String name, int line, String end) throws TemplateSyntaxException {
    List<String> parameters = new ArrayList<>();
    List<Optional<Expression>> defaults = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      parameters.add(tokens.expect(Kind.NAME, "the name of a parameter").text());
      boolean optional = tokens.skipOperator("=");
      if (!optional && defaults.stream().anyMatch(Optional::isPresent)) {
        throw new TemplateSyntaxException(line, "non-default argument follows default argument");
      }
      defaults.add(optional ? Optional.of(expressions.expression()) : Optional.empty());
    }
    return macro(name, line, parameters, defaults, end);
  }

  private Macro macro(
      String name,
      int line,
      List<String> parameters,
      List<Optional<Expression>> defaults,
      String end)
      throws TemplateSyntaxException {
    Set<String> before = new TreeSet<>(expressions.names());
    expressions.names().clear();
    List<Statement> body = captured(end);
    Set<String> used = new TreeSet<>(expressions.names());
    expressions.names().addAll(before);
    for (String special : List.of("varargs", "kwargs")) {
      if (used.contains(special) && !parameters.contains(special)) {
        throw new TemplateSyntaxException(line, special + " in a macro is not supported");
      }
    }
    return new Macro(
        name, List.copyOf(parameters), List.copyOf(defaults), used.contains(Macro.CALLER), body);
  }

  private Statement callBlock(int line) throws TemplateSyntaxException {
    Token open = tokens.current();
    if (open.isOperator("(")) {
      throw new TemplateSyntaxException(line, "a call block with parameters is not supported");
    }
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw new TemplateSyntaxException(line, "expected call");
    }
    Macro body = macro(Macro.CALLER, line, List.of(), List.of(), "endcall");
    return new Statement.CallBlock(line, call, body);
  }

  private Statement filterBlock(int line) throws TemplateSyntaxException {
    Expression first = expressions.filters().filter(new Expression.Name(Statement.BODY));
    Expression value = expressions.filters().filters(first);
    return new Statement.FilterBlock(line, value, captured("endfilter"));
  }

  private Statement with(int line) throws TemplateSyntaxException {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (tokens.current().kind() != Kind.BLOCK_END) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(oneTarget(false));
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    List<Statement> body = body("endwith");
    tokens.next();
    return new Statement.With(line, List.copyOf(targets), List.copyOf(values), body);
  }

  private Statement generation(int line) throws TemplateSyntaxException {
    if (captures > 0) {
      // Hugging Face's libraries count positions in the text outside, so that their masks are
      // wrong.
      throw new TemplateSyntaxException(
          line,
          "a generation block inside a macro, or inside another block that collects its text, is"
              + " not supported");
    }
    marksGeneration = true;
    return new Statement.Generation(line, captured("endgeneration"));
  }
}
