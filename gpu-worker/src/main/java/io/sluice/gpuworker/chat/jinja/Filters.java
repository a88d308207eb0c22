package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Value.Str;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The filters on single values; those on sequences are in {@link SequenceFilters}. */
final class Filters {
  /** A filter. */
  interface Filter {
    Value apply(Value value, Arguments arguments, Work work);
  }

  private static final Map<String, Filter> FILTERS =
      Map.ofEntries(
          Map.entry("abs", Filters::absolute),
          Map.entry("capitalize", text("capitalize", Case::capitalize)),
          Map.entry("d", Filters::orDefault),
          Map.entry("default", Filters::orDefault),
          Map.entry("float", Filters::toFloat),
          Map.entry("indent", Filters::indent),
          Map.entry("int", Filters::toInteger),
          Map.entry("lower", text("lower", Case::lower)),
          Map.entry("replace", Filters::replace),
          Map.entry("round", Filters::round),
          Map.entry("safe", Filters::safe),
          Map.entry("string", Filters::string),
          Map.entry("title", text("title", Filters::title)),
          Map.entry("tojson", JsonText::filter),
          Map.entry("trim", Filters::trim),
          Map.entry("upper", text("upper", Case::upper)));

  private Filters() {}

  static boolean exists(String name) {
    return FILTERS.containsKey(name) || SequenceFilters.FILTERS.containsKey(name);
  }

  static Value apply(String name, Value value, Arguments arguments, Work work) {
    return Optional.ofNullable(FILTERS.get(name))
        .or(() -> Optional.ofNullable(SequenceFilters.FILTERS.get(name)))
        .orElseThrow(() -> RenderException.failed("there is no filter named '" + name + "'"))
        .apply(value, arguments, work);
  }

  /** A value as text, which keeps the mark of a text. */
  private static Str soft(Value value, Work work) {
    return value instanceof Str text ? text : Value.of(PythonText.of(value, work));
  }

  private static Filter text(String name, UnaryOperator<String> operation) {
    return (value, arguments, work) -> {
      arguments.bindPositional(name, 0, 0);
      Str text = soft(value, work);
      work.builds(text.text().length());
      return text.with(operation.apply(text.text()));
    };
  }

  private static Value string(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("string", 0, 0);
    return soft(value, work);
  }

  private static Value safe(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("safe", 0, 0);
    return new Str(PythonText.of(value, work), true);
  }

  private static Value orDefault(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("default", 0, "default_value", "boolean");
    boolean falsy = bound.get(1).filter(Value::isTrue).isPresent() && !value.isTrue();
    return value instanceof Value.Undefined || falsy ? bound.get(0).orElse(Value.of("")) : value;
  }

  private static Value trim(Value value, Arguments arguments, Work work) {
    Optional<String> characters =
        arguments
            .bind("trim", 0, "chars")
            .get(0)
            .filter(given -> !(given instanceof Value.None))
            .map(given -> argument(given, "trim"));
    Str text = soft(value, work);
    work.builds(text.text().length());
    return text.with(StringMethods.stripped(text.text(), characters, true, true));
  }

  private static Value replace(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("replace", 2, "old", "new", "count");
    int count =
        bound
            .get(2)
            .filter(given -> !(given instanceof Value.None))
            .map(given -> Numbers.index(given, "a count"))
            .orElse(-1);
    return Value.of(
        Splitting.replace(
            PythonText.of(value, work),
            PythonText.of(bound.get(0).orElseThrow(), work),
            PythonText.of(bound.get(1).orElseThrow(), work),
            count,
            work));
  }

  private static Value indent(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("indent", 0, "width", "first", "blank");
    if (!(value instanceof Str text) || text.safe()) {
      throw RenderException.failed("indent() needs a text that is not marked as safe");
    }
    Value width = bound.get(0).orElse(Value.of(4));
    String indent =
        width instanceof Str given
            ? given.text()
            : " ".repeat(Math.min(1000, Math.max(0, Numbers.index(width, "a width"))));
    boolean blank = bound.get(2).filter(Value::isTrue).isPresent();
    List<String> lines = Splitting.lines(text.text() + "\n", false);
    work.builds(text.text().length() + (long) indent.length() * lines.size());
    StringBuilder out = new StringBuilder();
    out.append(bound.get(1).filter(Value::isTrue).isPresent() ? indent : "").append(lines.get(0));
    for (String line : lines.subList(1, lines.size())) {
      out.append('\n').append(blank || !line.isEmpty() ? indent : "").append(line);
    }
    return Value.of(out.toString());
  }

  /** Words begin after white space and opening brackets, and after hyphens. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder();
    StringBuilder word = new StringBuilder();
    for (int c : text.codePoints().toArray()) {
      if ("-({[<".indexOf(c) >= 0 || Whitespace.is(c)) {
        out.append(titleWord(word.toString())).appendCodePoint(c);
        word.setLength(0);
      } else {
        word.appendCodePoint(c);
      }
    }
    return out.append(titleWord(word.toString())).toString();
  }

  private static String titleWord(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = Character.charCount(word.codePointAt(0));
    return Case.upper(word.substring(0, first)) + Case.lower(word.substring(first));
  }

  private static Value absolute(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("abs", 0, 0);
    if (value instanceof Value.Real real) {
      return new Value.Real(Math.abs(real.value()));
    }
    return Numbers.integer(value)
        .map(number -> (Value) new Value.Int(number.abs()))
        .orElseThrow(() -> badNumber("abs", value));
  }

  private static RenderException badNumber(String filter, Value value) {
    return value instanceof Value.Undefined undefined
        ? undefined.failure()
        : RenderException.failed("bad operand type for " + filter + "(): '" + value.type() + "'");
  }

  private static Value toInteger(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("int", 0, "default", "base");
    if (bound.get(1).filter(base -> !base.equals(Value.of(10))).isPresent()) {
      throw RenderException.failed("int() with another base than 10 is not supported");
    }
    if (value instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    Optional<Value> parsed =
        value instanceof Str text
            ? Numbers.parseInteger(text.text()).map(Value.Int::new)
            : Numbers.integer(value).map(Value.Int::new);
    return parsed.or(() -> truncated(value)).orElseGet(() -> bound.get(0).orElse(Value.of(0)));
  }

  private static Optional<Value> truncated(Value value) {
    Optional<Double> real =
        value instanceof Str text
            ? Numbers.parseReal(text.text())
            : Optional.of(value)
                .filter(Value.Real.class::isInstance)
                .map(number -> ((Value.Real) number).value());
    return real.filter(Double::isFinite)
        .map(number -> new Value.Int(new BigDecimal(number).toBigInteger()));
  }

  private static Value toFloat(Value value, Arguments arguments, Work work) {
    Optional<Value> fallback = arguments.bind("float", 0, "default").get(0);
    if (value instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    Optional<Value> parsed =
        value instanceof Str text
            ? Numbers.parseReal(text.text()).map(Value.Real::new)
            : Optional.of(value)
                .filter(Numbers::isNumber)
                .map(number -> new Value.Real(Numbers.real(number)));
    return parsed.orElseGet(() -> fallback.orElse(new Value.Real(0)));
  }

  private static Value round(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("round", 0, "precision", "method");
    int precision = bound.get(0).map(given -> Numbers.index(given, "a precision")).orElse(0);
    String method = bound.get(1).map(given -> argument(given, "round")).orElse("common");
    if (!Numbers.isNumber(value)) {
      throw badNumber("round", value);
    }
    if (!method.equals("common") || Math.abs(precision) > 300) {
      throw RenderException.failed("round() by '" + method + "' is not supported");
    }
    if (!(value instanceof Value.Real real)) {
      if (precision < 0) {
        throw RenderException.failed("round() of integers to tens is not supported");
      }
      return new Value.Int(Numbers.integer(value).orElseThrow());
    }
    if (!Double.isFinite(real.value())) {
      return value;
    }
    double rounded =
        new BigDecimal(real.value()).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
    return new Value.Real(rounded == 0 ? Math.copySign(0, real.value()) : rounded);
  }

  /** An argument that must be a text. */
  static String argument(Value value, String filter) {
    if (value instanceof Str text) {
      return text.text();
    }
    throw RenderException.failed(filter + "() needs a text, not " + value.type());
  }
}
