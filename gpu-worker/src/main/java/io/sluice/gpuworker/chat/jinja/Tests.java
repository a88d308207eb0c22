package io.sluice.gpuworker.chat.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** The tests that {@code is} applies. */
final class Tests {
  /** A test of a value. */
  private interface Check {
    boolean holds(Value value, Arguments arguments, Work work);
  }

  /** A test without arguments. */
  private interface Property {
    boolean holds(Value value);
  }

  private static final Map<String, Check> CHECKS =
      Map.ofEntries(
          property("defined", value -> !(value instanceof Value.Undefined)),
          property("undefined", value -> value instanceof Value.Undefined),
          property("none", value -> value instanceof Value.None),
          property("boolean", value -> value instanceof Value.Bool),
          property("true", value -> value.equals(Value.TRUE)),
          property("false", value -> value.equals(Value.FALSE)),
          property("integer", value -> value instanceof Value.Int),
          property("float", value -> value instanceof Value.Real),
          property("number", Numbers::isNumber),
          property("string", value -> value instanceof Value.Str),
          property("mapping", value -> value instanceof Value.Dict),
          property("iterable", Iteration::isIterable),
          property("sequence", Tests::isSequence),
          property(
              "callable",
              value ->
                  value instanceof Value.Function
                      || value instanceof Value.Undefined
                      || value instanceof Loop),
          property("escaped", value -> value instanceof Value.Str text && text.safe()),
          property("odd", value -> remainder(value, Value.of(2)).equals(BigInteger.ONE)),
          property("even", value -> remainder(value, Value.of(2)).signum() == 0),
          Map.entry(
              "divisibleby",
              (value, arguments, work) -> remainder(value, one(arguments)).signum() == 0),
          Map.entry(
              "lower", (value, arguments, work) -> Case.isLower(text(value, arguments, work))),
          Map.entry(
              "upper", (value, arguments, work) -> Case.isUpper(text(value, arguments, work))),
          Map.entry("sameas", (value, arguments, work) -> isSame(value, one(arguments))),
          Map.entry(
              "in", (value, arguments, work) -> Comparison.contains(one(arguments), value, work)),
          equality("eq", true),
          equality("equalto", true),
          equality("==", true),
          equality("ne", false),
          equality("!=", false),
          order("gt", ">"),
          order("greaterthan", ">"),
          order(">", ">"),
          order("ge", ">="),
          order(">=", ">="),
          order("lt", "<"),
          order("lessthan", "<"),
          order("<", "<"),
          order("le", "<="),
          order("<=", "<="));

  private Tests() {}

  static boolean exists(String name) {
    return CHECKS.containsKey(name);
  }

  static boolean holds(String name, Value value, Arguments arguments, Work work) {
    Check check = CHECKS.get(name);
    if (check == null) {
      throw RenderException.failed("there is no test named '" + name + "'");
    }
    return check.holds(value, arguments, work);
  }

  private static Map.Entry<String, Check> property(String name, Property property) {
    return Map.entry(
        name,
        (value, arguments, work) -> {
          arguments.bindPositional(name, 0, 0);
          return property.holds(value);
        });
  }

  private static Map.Entry<String, Check> equality(String name, boolean wanted) {
    return Map.entry(
        name, (value, arguments, work) -> Comparison.equal(value, one(arguments), work) == wanted);
  }

  private static Map.Entry<String, Check> order(String name, String operator) {
    return Map.entry(
        name,
        (value, arguments, work) -> Comparison.ordered(operator, value, one(arguments), work));
  }

  private static Value one(Arguments arguments) {
    return arguments.bindPositional("the test", 1, 1).get(0).orElseThrow();
  }

  private static String text(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("the test", 0, 0);
    return PythonText.of(value, work);
  }

  private static boolean isSequence(Value value) {
    return value instanceof Value.Sequence
        || value instanceof Value.Str
        || value instanceof Value.Dict
        || value instanceof Value.Undefined;
  }

  private static BigInteger remainder(Value value, Value divisor) {
    Work work = new Work(Limits.DEFAULT);
    Value remainder = Arithmetic.apply("%", value, divisor, work);
    if (remainder instanceof Value.Real real) {
      List<Double> whole = List.of(0.0, 1.0);
      return whole.contains(real.value() + 0.0)
          ? BigInteger.valueOf((long) real.value())
          : BigInteger.TWO;
    }
    return Numbers.integer(remainder).orElseThrow();
  }

  private static boolean isSame(Value left, Value right) {
    boolean single =
        left instanceof Value.None
            || left instanceof Value.Bool
            || right instanceof Value.None
            || right instanceof Value.Bool;
    if (!single) {
      throw RenderException.failed("sameas is supported for none, true and false only");
    }
    return left.equals(right);
  }
}
