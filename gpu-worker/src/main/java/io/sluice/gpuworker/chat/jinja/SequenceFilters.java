package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Filters.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The filters on lists, mappings and other values with elements. */
final class SequenceFilters {
  static final Map<String, Filter> FILTERS =
      Map.ofEntries(
          Map.entry("count", SequenceFilters::length),
          Map.entry("dictsort", SequenceFilters::sortedEntries),
          Map.entry("first", (value, arguments, work) -> end(value, arguments, true, work)),
          Map.entry("items", SequenceFilters::items),
          Map.entry("join", SequenceFilters::join),
          Map.entry("last", (value, arguments, work) -> end(value, arguments, false, work)),
          Map.entry("length", SequenceFilters::length),
          Map.entry("list", SequenceFilters::list),
          Map.entry("map", SequenceFilters::map),
          Map.entry("max", (value, arguments, work) -> extreme(value, arguments, true, work)),
          Map.entry("min", (value, arguments, work) -> extreme(value, arguments, false, work)),
          Map.entry(
              "reject", (value, arguments, work) -> chosen(value, arguments, false, false, work)),
          Map.entry(
              "rejectattr",
              (value, arguments, work) -> chosen(value, arguments, true, false, work)),
          Map.entry("reverse", SequenceFilters::reverse),
          Map.entry(
              "select", (value, arguments, work) -> chosen(value, arguments, false, true, work)),
          Map.entry(
              "selectattr", (value, arguments, work) -> chosen(value, arguments, true, true, work)),
          Map.entry("sort", SequenceFilters::sort),
          Map.entry("sum", SequenceFilters::sum),
          Map.entry("unique", SequenceFilters::unique));

  private SequenceFilters() {}

  private static Value length(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("length", 0, 0);
    return Iteration.length(value, work);
  }

  private static Value list(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("list", 0, 0);
    return Value.Sequence.list(Iteration.items(value, work));
  }

  private static Value items(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("items", 0, 0);
    if (value instanceof Value.Dict dict) {
      return Iteration.generator(CollectionMethods.pairs(dict, work));
    }
    if (value instanceof Value.Undefined) {
      return Iteration.generator(List.of());
    }
    throw RenderException.failed("Can only get item pairs from a mapping.");
  }

  private static Value end(Value value, Arguments arguments, boolean first, Work work) {
    String name = first ? "first" : "last";
    arguments.bindPositional(name, 0, 0);
    if (!first) {
      requireReversible(value);
    }
    if (value instanceof Value.Generator generator) {
      return generator.rest().hasNext()
          ? generator.rest().next()
          : new Value.Undefined("No first item, sequence was empty.");
    }
    List<Value> items = Iteration.items(value, work);
    if (items.isEmpty()) {
      return new Value.Undefined("No " + name + " item, sequence was empty.");
    }
    return items.get(first ? 0 : items.size() - 1);
  }

  private static void requireReversible(Value value) {
    if (value instanceof Value.Generator || value instanceof Value.Undefined) {
      throw value instanceof Value.Undefined undefined
          ? undefined.failure()
          : RenderException.failed("'generator' object is not reversible");
    }
  }

  private static Value reverse(Value value, Arguments arguments, Work work) {
    arguments.bindPositional("reverse", 0, 0);
    if (value instanceof Value.Str text) {
      work.builds(text.text().length());
      StringBuilder out = new StringBuilder();
      int[] characters = text.text().codePoints().toArray();
      for (int i = characters.length - 1; i >= 0; i--) {
        out.appendCodePoint(characters[i]);
      }
      return text.with(out.toString());
    }
    List<Value> items = new ArrayList<>(Iteration.items(value, work));
    Collections.reverse(items);
    return value instanceof Value.Generator
        ? Value.Sequence.list(items)
        : Iteration.generator(items);
  }

  private static Value join(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("join", 0, "d", "attribute");
    Optional<Value> attribute = given(bound.get(1));
    List<String> texts = new ArrayList<>();
    for (Value item : Iteration.items(value, work)) {
      Value joined = attribute.map(path -> at(item, path)).orElse(item);
      texts.add(PythonText.of(joined, work));
    }
    String separator = bound.get(0).map(text -> PythonText.of(text, work)).orElse("");
    return Value.of(Splitting.join(separator, texts, work));
  }

  private static Optional<Value> given(Optional<Value> argument) {
    return argument.filter(value -> !(value instanceof Value.None));
  }

  /** The element of an element that a path names, such as {@code function.name}. */
  private static Value at(Value item, Value path) {
    if (!(path instanceof Value.Str text)) {
      return Attributes.element(item, path);
    }
    Value found = item;
    for (String part : Splitting.split(text.text(), Optional.of("."), -1, false)) {
      boolean position = !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
      Value key =
          position ? new Value.Int(Numbers.parseInteger(part).orElseThrow()) : Value.of(part);
      found = Attributes.element(found, key);
    }
    return found;
  }

  private static Value map(Value value, Arguments arguments, Work work) {
    List<Value> results = new ArrayList<>();
    boolean byAttribute =
        arguments.positional().isEmpty() && arguments.named().containsKey("attribute");
    Optional<Value> fallback = given(Optional.ofNullable(arguments.named().get("default")));
    if (!byAttribute && arguments.positional().isEmpty()) {
      throw RenderException.failed("map requires a filter argument");
    }
    if (!value.isTrue()) {
      return Iteration.generator(List.of());
    }
    if (byAttribute) {
      arguments.bind("map", 0, "attribute", "default");
      Value path = arguments.named().get("attribute");
      for (Value item : Iteration.items(value, work)) {
        Value found = at(item, path);
        results.add(found instanceof Value.Undefined ? fallback.orElse(found) : found);
      }
    } else {
      String filter = Filters.argument(arguments.positional().get(0), "map");
      for (Value item : Iteration.items(value, work)) {
        work.step();
        results.add(Filters.apply(filter, item, arguments.without(1), work));
      }
    }
    return Iteration.generator(results);
  }

  /**
   * The filters {@code select}, {@code reject}, and those that look at an attribute.
   *
   * @param byAttribute whether the first argument names an attribute
   * @param wanted whether the elements for which the test holds are kept
   */
  private static Value chosen(
      Value value, Arguments arguments, boolean byAttribute, boolean wanted, Work work) {
    if (!value.isTrue()) {
      return Iteration.generator(List.of());
    }
    int before = byAttribute ? 1 : 0;
    if (arguments.positional().size() < before) {
      throw RenderException.failed("Missing parameter for attribute name");
    }
    boolean tests = arguments.positional().size() > before;
    List<Value> kept = new ArrayList<>();
    for (Value item : Iteration.items(value, work)) {
      work.step();
      Value looked = byAttribute ? at(item, arguments.positional().get(0)) : item;
      boolean holds =
          tests
              ? Tests.holds(
                  Filters.argument(arguments.positional().get(before), "select"),
                  looked,
                  arguments.without(before + 1),
                  work)
              : looked.isTrue();
      if (holds == wanted) {
        kept.add(item);
      }
    }
    return Iteration.generator(kept);
  }

  private static Value folded(Value value) {
    return value instanceof Value.Str text ? Value.of(Case.lower(text.text())) : value;
  }

  private static Value sort(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound =
        arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean sensitive = bound.get(1).filter(Value::isTrue).isPresent();
    Optional<Value> attribute = given(bound.get(2));
    List<Value> paths =
        attribute
            .map(
                path ->
                    path instanceof Value.Str text
                        ? Splitting.split(text.text(), Optional.of(","), -1, false).stream()
                            .map(part -> (Value) Value.of(part))
                            .toList()
                        : List.of(path))
            .orElse(List.of());
    List<Value[]> keyed = new ArrayList<>();
    for (Value item : Iteration.items(value, work)) {
      List<Value> keys =
          (attribute.isPresent()
                  ? paths.stream().map(path -> at(item, path))
                  : List.of(item).stream())
              .map(key -> sensitive ? key : folded(key))
              .toList();
      keyed.add(new Value[] {Value.Sequence.list(keys), item});
    }
    return Value.Sequence.list(sorted(keyed, bound.get(0).filter(Value::isTrue).isPresent(), work));
  }

  /** Sorts pairs of a key and a value, and returns the values; equal keys keep their order. */
  private static List<Value> sorted(List<Value[]> keyed, boolean reverse, Work work) {
    Comparator<Value> order = Comparison.order(work);
    Comparator<Value[]> byKey = (a, b) -> order.compare(a[0], b[0]);
    keyed.sort(reverse ? byKey.reversed() : byKey);
    return keyed.stream().map(pair -> pair[1]).toList();
  }

  private static Value sortedEntries(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    if (!(value instanceof Value.Dict dict)) {
      throw value instanceof Value.Undefined undefined
          ? undefined.failure()
          : RenderException.failed("'" + value.type() + "' object has no attribute 'items'");
    }
    boolean sensitive = bound.get(0).filter(Value::isTrue).isPresent();
    String by = bound.get(1).map(text -> Filters.argument(text, "dictsort")).orElse("key");
    if (!by.equals("key") && !by.equals("value")) {
      throw RenderException.failed("You can only sort by either \"key\" or \"value\"");
    }
    List<Value[]> keyed = new ArrayList<>();
    for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
      Value key = by.equals("key") ? entry.getKey() : entry.getValue();
      keyed.add(
          new Value[] {
            sensitive ? key : folded(key), Value.Sequence.tuple(entry.getKey(), entry.getValue())
          });
    }
    return Value.Sequence.list(sorted(keyed, bound.get(2).filter(Value::isTrue).isPresent(), work));
  }

  private static Value extreme(Value value, Arguments arguments, boolean most, Work work) {
    List<Optional<Value>> bound =
        arguments.bind(most ? "max" : "min", 0, "case_sensitive", "attribute");
    boolean sensitive = bound.get(0).filter(Value::isTrue).isPresent();
    Optional<Value> attribute = given(bound.get(1));
    Optional<Value> best = Optional.empty();
    Value bestKey = Value.NONE;
    for (Value item : Iteration.items(value, work)) {
      Value found = attribute.map(path -> at(item, path)).orElse(item);
      Value key = sensitive ? found : folded(found);
      if (best.isEmpty() || Comparison.ordered(most ? ">" : "<", key, bestKey, work)) {
        best = Optional.of(item);
        bestKey = key;
      }
    }
    return best.orElseGet(() -> new Value.Undefined("No aggregated item, sequence was empty."));
  }

  private static Value sum(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("sum", 0, "attribute", "start");
    Optional<Value> attribute = given(bound.get(0));
    Value sum = bound.get(1).orElse(Value.of(0));
    for (Value item : Iteration.items(value, work)) {
      Value added = attribute.map(path -> at(item, path)).orElse(item);
      if (added instanceof Value.Real || !Numbers.isNumber(sum)) {
        throw RenderException.failed("sum() is supported for integers only");
      }
      sum = Arithmetic.apply("+", sum, added, work);
    }
    return sum;
  }

  private static Value unique(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
    boolean sensitive = bound.get(0).filter(Value::isTrue).isPresent();
    Optional<Value> attribute = given(bound.get(1));
    Map<Value, Value> first = new LinkedHashMap<>();
    for (Value item : Iteration.items(value, work)) {
      Value found = attribute.map(path -> at(item, path)).orElse(item);
      first.putIfAbsent(Keys.stored(sensitive ? found : folded(found)), item);
    }
    return Iteration.generator(List.copyOf(first.values()));
  }
}
