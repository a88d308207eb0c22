package io.sluice.gpuworker.chat.jinja;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Access to attributes ({@code value.name}) and elements ({@code value[key]}), by the rules of the
 * reference's immutable sandbox: an attribute of the Python object comes before an entry of the
 * mapping, methods that modify a value are undefined, and a missing element is undefined.
 */
final class Attributes {
  private static final Set<String> MODIFY_LISTS =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  private static final Set<String> MODIFY_MAPPINGS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  /** Attributes of numbers that are values, and methods of numbers. */
  private static final Set<String> OF_NUMBERS =
      Set.of(
          "real",
          "imag",
          "numerator",
          "denominator",
          "conjugate",
          "bit_length",
          "bit_count",
          "to_bytes",
          "from_bytes",
          "as_integer_ratio",
          "is_integer",
          "hex",
          "fromhex");

  private Attributes() {}

  /** The value of {@code value.name}. */
  static Value attribute(Value value, String name) {
    if (value instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    Optional<Value> own = own(value, name);
    if (own.isPresent()) {
      return own.get();
    }
    return value instanceof Value.Dict dict
        ? Keys.find(dict, Value.of(name)).orElseGet(() -> missing(value, name))
        : missing(value, name);
  }

  /** The value of {@code value[key]}. */
  static Value element(Value value, Value key) {
    if (value instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    Optional<Value> found = entry(value, key);
    if (found.isPresent()) {
      return found.get();
    }
    if (key instanceof Value.Str name) {
      return own(value, name.text()).orElseGet(() -> missing(value, name.text()));
    }
    return new Value.Undefined(
        described(value) + " has no element " + PythonText.repr(key, new Work(Limits.DEFAULT)));
  }

  private static Value missing(Value value, String name) {
    return new Value.Undefined("'" + described(value) + "' has no attribute '" + name + "'");
  }

  private static String described(Value value) {
    return value instanceof Value.None ? "None" : value.type() + " object";
  }

  private static Optional<Value> entry(Value value, Value key) {
    if (value instanceof Value.Dict dict) {
      boolean unhashable =
          key instanceof Value.Dict
              || (key instanceof Value.Sequence list && list.kind() == Value.Sequence.Kind.LIST);
      return unhashable ? Optional.empty() : Keys.find(dict, key);
    }
    if (Numbers.integer(key).isEmpty()) {
      return Optional.empty();
    }
    int index = Numbers.index(key, "a position");
    if (value instanceof Value.Sequence sequence) {
      return item(sequence.items(), index);
    }
    if (value instanceof Value.Str text) {
      OptionalInt position =
          Numbers.position(index, text.text().codePointCount(0, text.text().length()));
      return position.isPresent()
          ? Optional.of(text.with(characterAt(text.text(), position.getAsInt())))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static Optional<Value> item(List<Value> items, int index) {
    if (items instanceof MessageView messages && index >= 0) {
      return messages.has(index) ? Optional.of(messages.get(index)) : Optional.empty();
    }
    OptionalInt position = Numbers.position(index, items.size());
    return position.isPresent() ? Optional.of(items.get(position.getAsInt())) : Optional.empty();
  }

  private static String characterAt(String text, int position) {
    return Character.toString(text.codePointAt(text.offsetByCodePoints(0, position)));
  }

  /** An attribute of the Python object itself, not an entry of a mapping. */
  private static Optional<Value> own(Value value, String name) {
    if (name.startsWith("__") && name.endsWith("__")) {
      throw RenderException.failed("the attribute " + name + " is not available in templates");
    }
    if (value instanceof Namespace namespace) {
      return namespace.get(name);
    }
    if (value instanceof Loop loop) {
      return loop.attribute(name);
    }
    if (value instanceof Value.Str text) {
      return StringMethods.method(text, name);
    }
    if (value instanceof Value.Dict dict) {
      return MODIFY_MAPPINGS.contains(name)
          ? Optional.of(unsafe(value, name))
          : CollectionMethods.of(dict, name);
    }
    if (value instanceof Value.Sequence sequence) {
      return sequence.kind() == Value.Sequence.Kind.LIST && MODIFY_LISTS.contains(name)
          ? Optional.of(unsafe(value, name))
          : CollectionMethods.of(sequence, name);
    }
    boolean unknown =
        (Numbers.isNumber(value) && OF_NUMBERS.contains(name))
            || (value instanceof Value.Function function && isOfFunction(function, name))
            || value instanceof Value.View
            || value instanceof Value.Generator;
    if (unknown) {
      throw RenderException.failed(
          "the attribute " + name + " of an object of type " + value.type() + " is not supported");
    }
    return Optional.empty();
  }

  private static boolean isOfFunction(Value.Function function, String name) {
    return function.type().equals(Value.Function.MACRO)
        ? Set.of("name", "arguments", "catch_kwargs", "catch_varargs", "caller", "explicit_caller")
            .contains(name)
        : function.type().equals(Value.Function.FUNCTION);
  }

  private static Value unsafe(Value value, String name) {
    return new Value.Undefined(
        "access to attribute '" + name + "' of '" + value.type() + "' object is unsafe.");
  }
}
