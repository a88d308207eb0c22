package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Value.Str;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An expression of a template. */
sealed interface Expression {
  /** Evaluates the expression; called through {@link #in}. */
  Value evaluate(Frame frame);

  /** Evaluates the expression, counting the step and the nesting. */
  default Value in(Frame frame) {
    frame.work().enter();
    try {
      return evaluate(frame);
    } finally {
      frame.work().leave();
    }
  }

  /** A literal. */
  record Constant(Value value) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      return value;
    }
  }

  /** A variable, or a function that every template has. */
  record Name(String name) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      return frame
          .find(name)
          .or(() -> Optional.ofNullable(Globals.FUNCTIONS.get(name)))
          .orElseGet(() -> Value.Undefined.name(name));
    }
  }

  /** A list, or a tuple. */
  record Items(Value.Sequence.Kind kind, List<Expression> items) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      List<Value> values = new ArrayList<>();
      for (Expression item : items) {
        values.add(item.in(frame));
      }
      return new Value.Sequence(kind, values);
    }
  }

  /** A mapping: keys and values alternate. */
  record Entries(List<Expression> keysAndValues) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Map<Value, Value> entries = new LinkedHashMap<>();
      for (int i = 0; i < keysAndValues.size(); i += 2) {
        Value key = Keys.stored(keysAndValues.get(i).in(frame));
        entries.put(key, keysAndValues.get(i + 1).in(frame));
      }
      return new Value.Dict(entries);
    }
  }

  /** {@code value.name}. */
  record Attribute(Expression value, String name) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      return Attributes.attribute(value.in(frame), name);
    }
  }

  /** {@code value[key]}. */
  record Element(Expression value, Expression key) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value container = value.in(frame);
      return Attributes.element(container, key.in(frame));
    }
  }

  /** {@code value[start:stop:step]}; each bound may be absent. */
  record Slice(Expression value, List<Optional<Expression>> bounds) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value sliced = value.in(frame);
      List<Optional<Value>> evaluated = new ArrayList<>();
      for (Optional<Expression> bound : bounds) {
        evaluated.add(bound.map(expression -> expression.in(frame)));
      }
      return CodePoints.slice(sliced, evaluated, frame.work());
    }
  }

  /**
   * The arguments of a call, a filter or a test.
   *
   * @param spread a sequence of further positional arguments
   * @param spreadNamed a mapping of further named arguments
   */
  record Given(
      List<Expression> positional,
      Map<String, Expression> named,
      Optional<Expression> spread,
      Optional<Expression> spreadNamed) {
    static final Given NOTHING = new Given(List.of(), Map.of(), Optional.empty(), Optional.empty());

    Arguments in(Frame frame) {
      List<Value> values = new ArrayList<>();
      for (Expression expression : positional) {
        values.add(expression.in(frame));
      }
      Map<String, Value> byName = new LinkedHashMap<>();
      named.forEach((name, expression) -> byName.put(name, expression.in(frame)));
      spread.ifPresent(more -> values.addAll(Iteration.items(more.in(frame), frame.work())));
      spreadNamed.ifPresent(more -> addNamed(more.in(frame), byName));
      return new Arguments(values, byName);
    }

    private static void addNamed(Value more, Map<String, Value> byName) {
      if (!(more instanceof Value.Dict dict)) {
        throw RenderException.failed("argument after ** must be a mapping, not " + more.type());
      }
      for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
        if (!(entry.getKey() instanceof Str name)
            || byName.put(name.text(), entry.getValue()) != null) {
          throw RenderException.failed("the arguments after ** must be texts, given only once");
        }
      }
    }
  }

  /** {@code function(arguments)}. */
  record Call(Expression function, Given given) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value.Function callee = callee(frame);
      return callee.body().call(given.in(frame), frame.work());
    }

    /** The function, before the arguments are evaluated. */
    Value.Function callee(Frame frame) {
      Value value = function.in(frame);
      if (value instanceof Value.Function callable) {
        return callable;
      }
      throw value instanceof Value.Undefined undefined
          ? undefined.failure()
          : RenderException.failed("'" + value.type() + "' object is not callable");
    }
  }

  /** {@code value | filter(arguments)}. */
  record Filtered(Expression value, String name, Given given) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value input = value.in(frame);
      return Filters.apply(name, input, given.in(frame), frame.work());
    }
  }

  /** {@code value is test(arguments)}. */
  record Test(Expression value, String name, Given given) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value input = value.in(frame);
      return Value.of(Tests.holds(name, input, given.in(frame), frame.work()));
    }
  }

  /** {@code not value}. */
  record Not(Expression value) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      return Value.of(!value.in(frame).isTrue());
    }
  }

  /** {@code -value} or {@code +value}. */
  record Signed(boolean negative, Expression value) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value number = value.in(frame);
      return negative ? Arithmetic.negate(number) : Arithmetic.plus(number);
    }
  }

  /** {@code left and right}, {@code left or right}: one of the two values. */
  record Logical(boolean and, Expression left, Expression right) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value first = left.in(frame);
      return first.isTrue() == and ? right.in(frame) : first;
    }
  }

  /** An arithmetic operator. */
  record Binary(String operator, Expression left, Expression right) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Value first = left.in(frame);
      return Arithmetic.apply(operator, first, right.in(frame), frame.work());
    }
  }

  /** {@code a ~ b ~ c}: the values as text. */
  record Concatenation(List<Expression> parts) implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      List<String> texts = new ArrayList<>();
      for (Expression part : parts) {
        texts.add(PythonText.of(part.in(frame), frame.work()));
      }
      return Value.of(Splitting.join("", texts, frame.work()));
    }
  }

  /** {@code a < b <= c}: true if all comparisons of neighbours are. */
  record Compare(Expression first, List<String> operators, List<Expression> others)
      implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      Operand left = Operand.of(first, frame);
      for (int i = 0; i < operators.size(); i++) {
        Operand right = Operand.of(others.get(i), frame);
        boolean holds = holds(operators.get(i), left.value(), right.value(), frame.work());
        left.compared(operators.get(i), right, holds, frame.work().trace());
        if (!holds) {
          return Value.FALSE;
        }
        left = right;
      }
      return Value.TRUE;
    }

    private static boolean holds(String operator, Value left, Value right, Work work) {
      return switch (operator) {
        case "==" -> Comparison.equal(left, right, work);
        case "!=" -> !Comparison.equal(left, right, work);
        case "in" -> Comparison.contains(right, left, work);
        case "not in" -> !Comparison.contains(right, left, work);
        default -> Comparison.ordered(operator, left, right, work);
      };
    }
  }

  /** {@code then if condition else otherwise}. */
  record Conditional(Expression condition, Expression then, Optional<Expression> otherwise)
      implements Expression {
    @Override
    public Value evaluate(Frame frame) {
      if (condition.in(frame).isTrue()) {
        return then.in(frame);
      }
      return otherwise
          .map(expression -> expression.in(frame))
          .orElseGet(
              () ->
                  new Value.Undefined(
                      "the inline if-expression evaluated to false and no else section was"
                          + " defined."));
    }
  }

  /** The text of a literal, if the expression is one. */
  default Optional<String> literal() {
    return this instanceof Constant constant && constant.value() instanceof Str text
        ? Optional.of(text.text())
        : Optional.empty();
  }
}
