package io.sluice.gpuworker.chat.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keys of mappings. Equal keys of different types, such as 1 and true, are one key in Python. */
final class Keys {
  private Keys() {}

  /** The form of a value as the key of a new entry. */
  static Value stored(Value key) {
    if (key instanceof Value.Bool || key instanceof Value.Real) {
      throw RenderException.failed("a key of type " + key.type() + " is not supported");
    }
    return sought(key);
  }

  /** The value of a key, if the mapping has it. */
  static Optional<Value> find(Value.Dict dict, Value key) {
    return find(dict.entries(), key);
  }

  private static Optional<Value> find(Map<Value, Value> entries, Value key) {
    return Optional.ofNullable(entries.get(sought(key)));
  }

  private static Value sought(Value key) {
    if (key instanceof Value.Str text) {
      return text.safe() ? Value.of(text.text()) : text;
    }
    if (key instanceof Value.Bool bool) {
      return Value.of(bool.value() ? 1 : 0);
    }
    if (key instanceof Value.Real real) {
      boolean whole = real.value() == Math.rint(real.value()) && !Double.isInfinite(real.value());
      return whole ? new Value.Int(new BigDecimal(real.value()).toBigIntegerExact()) : real;
    }
    if (key instanceof Value.Sequence sequence && sequence.kind() == Value.Sequence.Kind.TUPLE) {
      List<Value> items = sequence.items().stream().map(Keys::sought).toList();
      return new Value.Sequence(sequence.kind(), items);
    }
    if (key instanceof Value.Int || key instanceof Value.None || key instanceof Value.Undefined) {
      return key;
    }
    throw RenderException.failed("unhashable type: '" + key.type() + "'");
  }
}
