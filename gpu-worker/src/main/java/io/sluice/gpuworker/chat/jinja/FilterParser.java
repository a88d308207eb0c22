package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Expression.Given;
import io.sluice.gpuworker.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what is applied to a value by its name: filters and tests, and the arguments that they and
 * calls are given. A filter or test that this engine does not have is refused here, when the
 * template is loaded.
 */
final class FilterParser {
  private static final Set<Kind> STARTS_ARGUMENT =
      Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

  private final TokenStream tokens;
  private final ExpressionParser expressions;

  FilterParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** Reads the arguments of a call, in brackets. */
  Given arguments() throws TemplateSyntaxException {
    Token bracket = tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Optional<Expression> spread = Optional.empty();
    Optional<Expression> spreadNamed = Optional.empty();
    boolean first = true;
    while (!tokens.skipOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      first = false;
      boolean byName = tokens.current().kind() == Kind.NAME && tokens.following().isOperator("=");
      boolean late = spreadNamed.isPresent() || (!byName && spread.isPresent());
      if (tokens.skipOperator("**") && spreadNamed.isEmpty()) {
        spreadNamed = Optional.of(expressions.expression());
      } else if (late) {
        throw invalidCall(bracket);
      } else if (tokens.skipOperator("*")) {
        spread = Optional.of(expressions.expression());
      } else if (byName) {
        String name = tokens.next().text();
        tokens.next();
        if (named.put(name, expressions.expression()) != null) {
          throw invalidCall(bracket);
        }
      } else if (named.isEmpty()) {
        positional.add(expressions.expression());
      } else {
        throw invalidCall(bracket);
      }
    }
    return new Given(
        List.copyOf(positional), Collections.unmodifiableMap(named), spread, spreadNamed);
  }

  private static TemplateSyntaxException invalidCall(Token bracket) {
    return new TemplateSyntaxException(
        bracket.line(), "the arguments of a call are in an order that is not valid, or repeated");
  }

  /** Reads filters that follow a value. */
  Expression filters(Expression start) throws TemplateSyntaxException {
    Expression value = start;
    while (tokens.skipOperator("|")) {
      tokens.nest();
      value = filter(value);
    }
    return value;
  }

  /** Reads the name of a filter and its arguments. */
  Expression filter(Expression value) throws TemplateSyntaxException {
    Token name = tokens.expect(Kind.NAME, "the name of a filter");
    if (!Filters.exists(name.text()) || tokens.current().isOperator(".")) {
      throw new TemplateSyntaxException(
          name.line(), "the filter " + name.text() + " is not supported");
    }
    Given given = tokens.current().isOperator("(") ? arguments() : Given.NOTHING;
    checkNamed(name, given);
    return new Expression.Filtered(value, name.text(), given);
  }

  /** Checks the filter or test that a filter such as {@code map} applies by its name. */
  private static void checkNamed(Token filter, Given given) throws TemplateSyntaxException {
    int at =
        switch (filter.text()) {
          case "map", "select", "reject" -> 0;
          case "selectattr", "rejectattr" -> 1;
          default -> Integer.MAX_VALUE;
        };
    Optional<String> name =
        given.positional().size() > at ? given.positional().get(at).literal() : Optional.empty();
    boolean isFilter = filter.text().equals("map");
    if (name.filter(text -> isFilter ? !Filters.exists(text) : !Tests.exists(text)).isPresent()) {
      throw new TemplateSyntaxException(
          filter.line(),
          "the " + (isFilter ? "filter " : "test ") + name.get() + " is not supported");
    }
  }

  /** Reads a test that follows a value. */
  Expression test(Expression value) throws TemplateSyntaxException {
    tokens.expectName("is");
    boolean negated = tokens.skipName("not");
    Token name = tokens.expect(Kind.NAME, "the name of a test");
    if (!Tests.exists(name.text()) || tokens.current().isOperator(".")) {
      throw new TemplateSyntaxException(
          name.line(), "the test " + name.text() + " is not supported");
    }
    Expression test = new Expression.Test(value, name.text(), testArguments());
    return negated ? new Expression.Not(test) : test;
  }

  private Given testArguments() throws TemplateSyntaxException {
    Token token = tokens.current();
    if (token.isOperator("(")) {
      return arguments();
    }
    boolean argument =
        (STARTS_ARGUMENT.contains(token.kind()) || tokens.isOperator("[", "{"))
            && !token.isName("else")
            && !token.isName("or")
            && !token.isName("and");
    if (!argument) {
      return Given.NOTHING;
    }
    if (token.isName("is")) {
      throw new TemplateSyntaxException(token.line(), "You cannot chain multiple tests with is");
    }
    return new Given(List.of(expressions.operand()), Map.of(), Optional.empty(), Optional.empty());
  }
}
