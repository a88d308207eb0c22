package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Value.Function;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The functions that every template can call. */
final class Globals {
  /** The longest range, as in the reference's sandbox. */
  private static final int LONGEST_RANGE = 100_000;

  /** Functions of Jinja that this engine does not have. */
  static final Set<String> UNSUPPORTED = Set.of("lipsum", "cycler", "joiner");

  static final Map<String, Value> FUNCTIONS =
      Map.of(
          "range", function("range", Globals::range),
          "dict", function("dict", Globals::dict),
          "namespace", function("namespace", Globals::namespace),
          "raise_exception", function("raise_exception", Globals::raise));

  private Globals() {}

  private static Value function(String name, Function.Body body) {
    return new Function(Function.FUNCTION, name, body);
  }

  /** The function {@code strftime_now}, for a fixed time. */
  static Value clock(LocalDateTime now) {
    return function(
        "strftime_now",
        (arguments, work) -> {
          Value format = arguments.bind("strftime_now", 1, "format").get(0).orElseThrow();
          if (format instanceof Value.Str text) {
            return Value.of(work.built(Dates.format(text.text(), now)));
          }
          throw RenderException.failed("strftime_now() needs a text, not " + format.type());
        });
  }

  private static Value range(Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bindPositional("range", 1, 3);
    List<Integer> numbers = new ArrayList<>();
    for (Optional<Value> number : bound) {
      number.ifPresent(value -> numbers.add(Numbers.index(value, "a bound of range()")));
    }
    int start = numbers.size() > 1 ? numbers.get(0) : 0;
    int stop = numbers.size() > 1 ? numbers.get(1) : numbers.get(0);
    int step = numbers.size() > 2 ? numbers.get(2) : 1;
    if (step == 0) {
      throw RenderException.failed("range() arg 3 must not be zero");
    }
    List<Value> items = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      work.step();
      if (items.size() == LONGEST_RANGE) {
        throw RenderException.failed(
            "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
      }
      items.add(new Value.Int(BigInteger.valueOf(i)));
    }
    return new Value.Sequence(Value.Sequence.Kind.RANGE, items);
  }

  private static Value dict(Arguments arguments, Work work) {
    return new Value.Dict(entries("dict", arguments, work));
  }

  private static Value namespace(Arguments arguments, Work work) {
    Map<String, Value> attributes = new LinkedHashMap<>();
    entries("namespace", arguments, work)
        .forEach((key, value) -> attributes.put(PythonText.of(key, work), value));
    return new Namespace(attributes, work.trace());
  }

  private static Map<Value, Value> entries(String callee, Arguments arguments, Work work) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    if (arguments.positional().size() > 1) {
      throw RenderException.failed(callee + "() takes at most 1 positional argument");
    }
    for (Value source : arguments.positional()) {
      if (source instanceof Value.Dict dict) {
        work.steps(dict.entries().size());
        entries.putAll(dict.entries());
      } else {
        for (Value pair : Iteration.items(source, work)) {
          List<Value> both = Iteration.items(pair, work);
          if (both.size() != 2) {
            throw RenderException.failed(callee + "() needs pairs of a key and a value");
          }
          entries.put(Keys.stored(both.get(0)), both.get(1));
        }
      }
    }
    arguments.named().forEach((name, value) -> entries.put(Value.of(name), value));
    return entries;
  }

  private static Value raise(Arguments arguments, Work work) {
    Value message = arguments.bind("raise_exception", 1, "message").get(0).orElseThrow();
    throw RenderException.raised(PythonText.of(message, work));
  }
}
