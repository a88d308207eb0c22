package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The elements and the length of values. */
final class Iteration {
  private Iteration() {}

  /** The elements over which a loop goes; empty if the value cannot be iterated over. */
  static Optional<List<Value>> ifIterable(Value value, Work work) {
    if (value instanceof Value.Generator generator) {
      List<Value> items = new ArrayList<>();
      while (generator.rest().hasNext()) {
        work.step();
        items.add(generator.rest().next());
      }
      return Optional.of(items);
    }
    Optional<List<Value>> items = ifCollection(value);
    items.ifPresent(list -> work.steps(list.size()));
    return items;
  }

  private static Optional<List<Value>> ifCollection(Value value) {
    if (value instanceof Value.Sequence sequence) {
      return Optional.of(sequence.items());
    }
    if (value instanceof Value.Str text) {
      return Optional.of(
          text.text().codePoints().mapToObj(c -> (Value) Value.of(Character.toString(c))).toList());
    }
    if (value instanceof Value.Dict dict) {
      return Optional.of(List.copyOf(dict.entries().keySet()));
    }
    if (value instanceof Value.View view) {
      return Optional.of(view.items());
    }
    return value instanceof Value.Undefined ? Optional.of(List.of()) : Optional.empty();
  }

  /** Whether the value can be iterated over; a generator is not used up by asking. */
  static boolean isIterable(Value value) {
    return value instanceof Value.Generator
        || value instanceof Value.Sequence
        || value instanceof Value.Str
        || value instanceof Value.Dict
        || value instanceof Value.View
        || value instanceof Value.Undefined
        || value instanceof Loop;
  }

  /**
   * The elements over which a loop goes.
   *
   * @throws RenderException when the value cannot be iterated over
   */
  static List<Value> items(Value value, Work work) {
    if (value instanceof Loop) {
      throw RenderException.failed("iterating over the loop variable is not supported");
    }
    return ifIterable(value, work)
        .orElseThrow(() -> RenderException.failed("'" + value.type() + "' object is not iterable"));
  }

  /** A result that can be iterated over once. */
  static Value.Generator generator(List<Value> items) {
    return new Value.Generator(items.iterator());
  }

  /**
   * What {@code len} returns.
   *
   * @throws RenderException when the value has no length
   */
  static Value length(Value value, Work work) {
    if (value instanceof Value.Str text) {
      work.reads(text.text().length());
      return Value.of(text.text().codePointCount(0, text.text().length()));
    }
    if (value instanceof Loop loop) {
      return loop.attribute("length").orElseThrow();
    }
    if (value instanceof Value.Dict dict) {
      return Value.of(dict.entries().size());
    }
    if (value instanceof Value.Sequence
        || value instanceof Value.View
        || value instanceof Value.Undefined) {
      return Value.of(ifCollection(value).orElseThrow().size());
    }
    throw RenderException.failed("object of type '" + value.type() + "' has no len()");
  }
}
