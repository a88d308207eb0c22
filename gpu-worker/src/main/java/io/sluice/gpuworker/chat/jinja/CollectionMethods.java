package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The methods of mappings, lists and tuples that do not modify them. */
final class CollectionMethods {
  /** The names of methods that a call in a template may have. */
  static final Set<String> NAMES =
      Set.of("get", "items", "keys", "values", "copy", "index", "count");

  private CollectionMethods() {}

  /** A method of a mapping; empty if Python's has no such attribute. */
  static Optional<Value> of(Value.Dict dict, String name) {
    return switch (name) {
      case "get" -> method(name, (arguments, work) -> get(dict, arguments));
      case "items" -> method(name, (arguments, work) -> items(dict, arguments, work));
      case "keys" -> method(name, (arguments, work) -> keys(dict, arguments));
      case "values" ->
          method(
              name,
              (arguments, work) -> {
                arguments.bindPositional(name, 0, 0);
                return new Value.View("dict_values", List.copyOf(dict.entries().values()));
              });
      case "copy" ->
          method(
              name,
              (arguments, work) -> {
                arguments.bindPositional(name, 0, 0);
                return dict;
              });
      case "fromkeys" -> unsupported(name);
      default -> Optional.empty();
    };
  }

  private static Value keys(Value.Dict dict, Arguments arguments) {
    arguments.bindPositional("keys", 0, 0);
    return new Value.View("dict_keys", List.copyOf(dict.entries().keySet()));
  }

  private static Value get(Value.Dict dict, Arguments arguments) {
    List<Optional<Value>> bound = arguments.bindPositional("get", 1, 2);
    return Keys.find(dict, bound.get(0).orElseThrow()).or(() -> bound.get(1)).orElse(Value.NONE);
  }

  private static Value items(Value.Dict dict, Arguments arguments, Work work) {
    arguments.bindPositional("items", 0, 0);
    return new Value.View("dict_items", pairs(dict, work));
  }

  /** The entries of a mapping as tuples of key and value. */
  static List<Value> pairs(Value.Dict dict, Work work) {
    work.steps(dict.entries().size());
    List<Value> pairs = new ArrayList<>();
    for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
      pairs.add(Value.Sequence.tuple(entry.getKey(), entry.getValue()));
    }
    return pairs;
  }

  /** A method of a list, tuple or range; empty if Python's has no such attribute. */
  static Optional<Value> of(Value.Sequence sequence, String name) {
    return switch (name) {
      case "index" -> method(name, (arguments, work) -> index(sequence, arguments, work));
      case "count" -> method(name, (arguments, work) -> count(sequence, arguments, work));
      case "copy" ->
          sequence.kind() == Value.Sequence.Kind.LIST
              ? method(
                  name,
                  (arguments, work) -> {
                    arguments.bindPositional(name, 0, 0);
                    return sequence;
                  })
              : Optional.empty();
      case "start", "stop", "step" ->
          sequence.kind() == Value.Sequence.Kind.RANGE ? unsupported(name) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Value index(Value.Sequence sequence, Arguments arguments, Work work) {
    Value item = arguments.bindPositional("index", 1, 1).get(0).orElseThrow();
    for (int i = 0; i < sequence.items().size(); i++) {
      if (Comparison.equal(sequence.items().get(i), item, work)) {
        return Value.of(i);
      }
    }
    throw RenderException.failed("the element is not in the list");
  }

  private static Value count(Value.Sequence sequence, Arguments arguments, Work work) {
    Value item = arguments.bindPositional("count", 1, 1).get(0).orElseThrow();
    return Value.of(
        sequence.items().stream().filter(other -> Comparison.equal(other, item, work)).count());
  }

  private static Optional<Value> method(String name, Value.Function.Body body) {
    return Optional.of(new Value.Function(Value.Function.METHOD, name, body));
  }

  private static Optional<Value> unsupported(String name) {
    throw RenderException.failed("the attribute " + name + " is not supported");
  }
}
