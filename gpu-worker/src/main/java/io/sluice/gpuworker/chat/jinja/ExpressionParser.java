package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads expressions, with Jinja's precedence of operators. What this engine cannot evaluate exactly
 * is refused here, when the template is loaded.
 */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> LOOP_METHODS = Set.of("cycle", "changed");

  private final TokenStream tokens;
  private final FilterParser filters;

  /** The names of variables that were read. */
  private final Set<String> names = new TreeSet<>();

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
    this.filters = new FilterParser(tokens, this);
  }

  /** The reader of filters, which a tag can apply to its whole body. */
  FilterParser filters() {
    return filters;
  }

  /** The names of the variables that expressions read so far. */
  Set<String> names() {
    return names;
  }

  /** Reads an expression, or several separated by commas, which are a tuple. */
  Expression tuple(boolean conditional) throws TemplateSyntaxException {
    Expression first = conditional ? expression() : or();
    if (!tokens.current().isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (isTupleEnd()) {
        break;
      }
      items.add(conditional ? expression() : or());
    }
    return new Expression.Items(Value.Sequence.Kind.TUPLE, List.copyOf(items));
  }

  private boolean isTupleEnd() {
    Token token = tokens.current();
    return token.kind() == Kind.BLOCK_END
        || token.kind() == Kind.VARIABLE_END
        || token.isOperator(")");
  }

  /** Reads one expression. */
  Expression expression() throws TemplateSyntaxException {
    tokens.nest();
    Expression value = or();
    while (tokens.skipName("if")) {
      tokens.nest();
      Expression condition = or();
      Optional<Expression> otherwise =
          tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
      value = new Expression.Conditional(condition, value, otherwise);
    }
    return value;
  }

  private Expression or() throws TemplateSyntaxException {
    Expression left = and();
    while (tokens.skipName("or")) {
      tokens.nest();
      left = new Expression.Logical(false, left, and());
    }
    return left;
  }

  private Expression and() throws TemplateSyntaxException {
    Expression left = not();
    while (tokens.skipName("and")) {
      tokens.nest();
      left = new Expression.Logical(true, left, not());
    }
    return left;
  }

  private Expression not() throws TemplateSyntaxException {
    if (tokens.skipName("not")) {
      tokens.nest();
      return new Expression.Not(not());
    }
    return comparison();
  }

  private Expression comparison() throws TemplateSyntaxException {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    Optional<String> operator = comparisonOperator();
    while (operator.isPresent()) {
      tokens.nest();
      operators.add(operator.get());
      others.add(sum());
      operator = comparisonOperator();
    }
    return operators.isEmpty()
        ? first
        : new Expression.Compare(first, List.copyOf(operators), List.copyOf(others));
  }

  private Optional<String> comparisonOperator() {
    Token token = tokens.current();
    if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
      return Optional.of(tokens.next().text());
    }
    if (tokens.skipName("in")) {
      return Optional.of("in");
    }
    if (token.isName("not") && tokens.following().isName("in")) {
      tokens.next();
      tokens.next();
      return Optional.of("not in");
    }
    return Optional.empty();
  }

  private Expression sum() throws TemplateSyntaxException {
    Expression left = concatenation();
    while (tokens.isOperator("+", "-")) {
      tokens.nest();
      left = new Expression.Binary(tokens.next().text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() throws TemplateSyntaxException {
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(List.copyOf(parts));
  }

  private Expression product() throws TemplateSyntaxException {
    Expression left = power();
    while (tokens.isOperator("*", "/", "//", "%")) {
      tokens.nest();
      left = new Expression.Binary(tokens.next().text(), left, power());
    }
    return left;
  }

  private Expression power() throws TemplateSyntaxException {
    Expression left = unary(true);
    while (tokens.isOperator("**")) {
      tokens.nest();
      left = new Expression.Binary(tokens.next().text(), left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filters) throws TemplateSyntaxException {
    Expression value;
    if (tokens.isOperator("-", "+")) {
      tokens.nest();
      boolean negative = tokens.next().text().equals("-");
      value = new Expression.Signed(negative, unary(false));
    } else {
      value = primary();
    }
    value = postfix(value);
    return filters ? filtersAndTests(value) : value;
  }

  /** Reads a value with its attributes, elements and calls, without filters: a test's argument. */
  Expression operand() throws TemplateSyntaxException {
    return postfix(primary());
  }

  private Expression primary() throws TemplateSyntaxException {
    Token token = tokens.next();
    switch (token.kind()) {
      case NAME:
        return name(token);
      case STRING:
        StringBuilder text = new StringBuilder(token.text());
        while (tokens.current().kind() == Kind.STRING) {
          text.append(tokens.next().text());
        }
        return new Expression.Constant(Value.of(text.toString()));
      case INTEGER:
        return new Expression.Constant(new Value.Int(integer(token.text())));
      case FLOAT:
        return new Expression.Constant(new Value.Real(Double.parseDouble(token.text())));
      default:
        return bracketed(token);
    }
  }

  private Expression bracketed(Token token) throws TemplateSyntaxException {
    tokens.nest();
    if (token.isOperator("(")) {
      if (tokens.skipOperator(")")) {
        return new Expression.Items(Value.Sequence.Kind.TUPLE, List.of());
      }
      Expression inside = tuple(true);
      tokens.expectOperator(")");
      return inside;
    }
    if (token.isOperator("[")) {
      return new Expression.Items(Value.Sequence.Kind.LIST, List.copyOf(list("]", false)));
    }
    if (token.isOperator("{")) {
      return new Expression.Entries(List.copyOf(list("}", true)));
    }
    throw new TemplateSyntaxException(
        token.line(), "expected an expression, found " + token.described());
  }

  /** Reads expressions, or pairs of a key and a value, up to a closing bracket. */
  private List<Expression> list(String end, boolean pairs) throws TemplateSyntaxException {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skipOperator(end)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(end)) {
          break;
        }
      }
      tokens.startTag();
      items.add(expression());
      if (pairs) {
        tokens.expectOperator(":");
        items.add(expression());
      }
    }
    return items;
  }

  private Expression name(Token token) throws TemplateSyntaxException {
    switch (token.text()) {
      case "true", "True":
        return new Expression.Constant(Value.TRUE);
      case "false", "False":
        return new Expression.Constant(Value.FALSE);
      case "none", "None":
        return new Expression.Constant(Value.NONE);
      default:
        if (Globals.UNSUPPORTED.contains(token.text()) || token.text().equals("self")) {
          throw new TemplateSyntaxException(token.line(), token.text() + " is not supported");
        }
        names.add(token.text());
        return new Expression.Name(token.text());
    }
  }

  private static BigInteger integer(String digits) {
    int base =
        digits.length() < 2
            ? 10
            : switch (digits.charAt(1)) {
              case 'x', 'X' -> 16;
              case 'o', 'O' -> 8;
              case 'b', 'B' -> 2;
              default -> 10;
            };
    return new BigInteger(base == 10 ? digits : digits.substring(2), base);
  }

  private Expression postfix(Expression start) throws TemplateSyntaxException {
    Expression value = start;
    while (tokens.isOperator(".", "[", "(")) {
      tokens.nest();
      value = tokens.current().isOperator("(") ? call(value) : member(value);
    }
    return value;
  }

  private Expression filtersAndTests(Expression start) throws TemplateSyntaxException {
    Expression value = start;
    while (true) {
      if (tokens.current().isOperator("|")) {
        value = filters.filters(value);
      } else if (tokens.current().isName("is")) {
        value = filters.test(value);
      } else if (tokens.current().isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
      tokens.nest();
    }
  }

  private Expression member(Expression value) throws TemplateSyntaxException {
    if (tokens.skipOperator(".")) {
      Token name = tokens.next();
      if (name.kind() == Kind.INTEGER) {
        Value index = new Value.Int(integer(name.text()));
        return new Expression.Element(value, new Expression.Constant(index));
      }
      if (name.kind() != Kind.NAME) {
        throw new TemplateSyntaxException(name.line(), "expected a name or a number after '.'");
      }
      if (name.text().startsWith("__") && name.text().endsWith("__")) {
        throw new TemplateSyntaxException(
            name.line(), "the attribute " + name.text() + " is not available in templates");
      }
      return new Expression.Attribute(value, name.text());
    }
    Token bracket = tokens.expectOperator("[");
    Optional<Expression> start = bound();
    if (start.isPresent() && tokens.skipOperator("]")) {
      return new Expression.Element(value, start.get());
    }
    if (!tokens.current().isOperator(":")) {
      throw new TemplateSyntaxException(
          bracket.line(), "an index of several expressions is not supported");
    }
    tokens.next();
    Optional<Expression> stop = bound();
    Optional<Expression> step = tokens.skipOperator(":") ? bound() : Optional.empty();
    tokens.expectOperator("]");
    return new Expression.Slice(value, List.of(start, stop, step));
  }

  private Optional<Expression> bound() throws TemplateSyntaxException {
    return tokens.isOperator(":", "]") ? Optional.empty() : Optional.of(expression());
  }

  private Expression call(Expression function) throws TemplateSyntaxException {
    int line = tokens.current().line();
    if (function instanceof Expression.Attribute attribute && !isMethod(attribute.name())) {
      throw new TemplateSyntaxException(
          line, "the method " + attribute.name() + "() is not supported");
    }
    return new Expression.Call(function, filters.arguments());
  }

  private static boolean isMethod(String name) {
    return StringMethods.names().contains(name)
        || CollectionMethods.NAMES.contains(name)
        || LOOP_METHODS.contains(name);
  }
}
