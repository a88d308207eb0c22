package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Value.Str;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The methods of texts, as Python's {@code str} has them. */
final class StringMethods {
  private static final int ALL = -1;

  /** A method applied to a text. */
  private interface Method {
    Value apply(Str text, Arguments arguments, Work work);
  }

  private static final Map<String, Method> METHODS =
      Map.ofEntries(
          Map.entry("capitalize", none((text, work) -> text.with(Case.capitalize(text.text())))),
          Map.entry("casefold", none((text, work) -> casefold(text))),
          Map.entry("lower", none((text, work) -> text.with(Case.lower(text.text())))),
          Map.entry("swapcase", none((text, work) -> text.with(Case.swap(text.text())))),
          Map.entry("title", none((text, work) -> text.with(Case.title(text.text())))),
          Map.entry("upper", none((text, work) -> text.with(Case.upper(text.text())))),
          Map.entry("strip", (text, arguments, work) -> strip(text, arguments, true, true)),
          Map.entry("lstrip", (text, arguments, work) -> strip(text, arguments, true, false)),
          Map.entry("rstrip", (text, arguments, work) -> strip(text, arguments, false, true)),
          Map.entry("startswith", (text, arguments, work) -> affix(text, arguments, true, work)),
          Map.entry("endswith", (text, arguments, work) -> affix(text, arguments, false, work)),
          Map.entry("removeprefix", (text, arguments, work) -> removed(text, arguments, true)),
          Map.entry("removesuffix", (text, arguments, work) -> removed(text, arguments, false)),
          Map.entry("split", (text, arguments, work) -> split(text, arguments, false, work)),
          Map.entry("rsplit", (text, arguments, work) -> split(text, arguments, true, work)),
          Map.entry("splitlines", StringMethods::splitLines),
          Map.entry("partition", (text, arguments, work) -> partition(text, arguments, false)),
          Map.entry("rpartition", (text, arguments, work) -> partition(text, arguments, true)),
          Map.entry("replace", StringMethods::replace),
          Map.entry("join", StringMethods::join),
          Map.entry("find", (text, arguments, work) -> find(text, arguments, false, false)),
          Map.entry("rfind", (text, arguments, work) -> find(text, arguments, true, false)),
          Map.entry("index", (text, arguments, work) -> find(text, arguments, false, true)),
          Map.entry("rindex", (text, arguments, work) -> find(text, arguments, true, true)),
          Map.entry("count", StringMethods::count),
          Map.entry("ljust", (text, arguments, work) -> justify(text, arguments, 'l', work)),
          Map.entry("rjust", (text, arguments, work) -> justify(text, arguments, 'r', work)),
          Map.entry("center", (text, arguments, work) -> justify(text, arguments, 'c', work)),
          Map.entry("zfill", StringMethods::zeroFill),
          Map.entry("isalpha", is(Case::isAlphabetic)),
          Map.entry("isalnum", is(Case::isAlphanumeric)),
          Map.entry("isdigit", is(Case::isDigit)),
          Map.entry("isdecimal", is(Case::isDecimal)),
          Map.entry("isspace", is(Whitespace::is)),
          Map.entry("isascii", none((text, work) -> Value.of(Case.isAscii(text.text())))),
          Map.entry("isupper", none((text, work) -> Value.of(Case.isUpper(text.text())))),
          Map.entry("islower", none((text, work) -> Value.of(Case.isLower(text.text())))));

  /** Methods that Python has and this engine does not. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "encode",
          "expandtabs",
          "format",
          "format_map",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "maketrans",
          "translate");

  /** Methods that combine texts, and escape them when one is marked as safe. */
  private static final Set<String> COMBINE =
      Set.of("join", "replace", "ljust", "rjust", "center", "partition", "rpartition");

  private StringMethods() {}

  /** The names of methods that a call in a template may have. */
  static Set<String> names() {
    return METHODS.keySet();
  }

  /** A method of a text; empty if Python's texts have no such attribute. */
  static Optional<Value> method(Str text, String name) {
    if (UNSUPPORTED.contains(name)) {
      throw RenderException.failed("the method " + name + " of texts is not supported");
    }
    return Optional.ofNullable(METHODS.get(name))
        .map(
            method ->
                new Value.Function(
                    Value.Function.METHOD,
                    name,
                    (arguments, work) -> call(name, method, text, arguments, work)));
  }

  private static Value call(String name, Method method, Str text, Arguments arguments, Work work) {
    if (text.safe() && COMBINE.contains(name)) {
      throw RenderException.failed(name + "() of a text marked as safe is not supported");
    }
    work.builds(text.text().length());
    return method.apply(text, arguments, work);
  }

  /** A method without parameters. */
  private interface Plain {
    Value apply(Str text, Work work);
  }

  private static Method none(Plain method) {
    return (text, arguments, work) -> {
      arguments.bindPositional("the method", 0, 0);
      return method.apply(text, work);
    };
  }

  /** A method that asks something of all characters of a text that must not be empty. */
  private static Method is(java.util.function.IntPredicate property) {
    return none(
        (text, work) ->
            Value.of(!text.text().isEmpty() && text.text().codePoints().allMatch(property)));
  }

  private static Value casefold(Str text) {
    if (!Case.isAscii(text.text())) {
      throw RenderException.failed("casefold() is supported for ASCII only");
    }
    return text.with(Case.lower(text.text()));
  }

  private static Value strip(Str text, Arguments arguments, boolean start, boolean end) {
    Optional<Value> characters =
        arguments
            .bindPositional("strip", 0, 1)
            .get(0)
            .filter(value -> !(value instanceof Value.None));
    return text.with(
        stripped(text.text(), characters.map(value -> text(value, "strip")), start, end));
  }

  /** Removes white space, or the characters given, from the ends of a text. */
  static String stripped(String text, Optional<String> characters, boolean start, boolean end) {
    Set<Integer> set = new java.util.HashSet<>();
    characters.ifPresent(given -> given.codePoints().forEach(set::add));
    java.util.function.IntPredicate goes = characters.isPresent() ? set::contains : Whitespace::is;
    int from = 0;
    int to = text.length();
    while (start && from < to && goes.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (end && to > from && goes.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }

  private static Value affix(Str text, Arguments arguments, boolean start, Work work) {
    String name = start ? "startswith" : "endswith";
    List<Optional<Value>> bound = arguments.bindPositional(name, 1, 3);
    Value.Str part = (Value.Str) CodePoints.slice(text, bounds(bound), work);
    boolean emptyRange =
        bound.get(1).isPresent()
            && Numbers.index(bound.get(1).get(), name) > CodePoints.length(text.text());
    Value affix = bound.get(0).orElseThrow();
    List<Value> choices =
        affix instanceof Value.Sequence tuple && tuple.kind() == Value.Sequence.Kind.TUPLE
            ? tuple.items()
            : List.of(affix);
    boolean found = false;
    for (Value choice : choices) {
      String wanted = text(choice, name);
      found |=
          !emptyRange && (start ? part.text().startsWith(wanted) : part.text().endsWith(wanted));
    }
    return Value.of(found);
  }

  private static List<Optional<Value>> bounds(List<Optional<Value>> bound) {
    return List.of(bound.get(1), bound.get(2), Optional.empty());
  }

  private static Value removed(Str text, Arguments arguments, boolean start) {
    String affix =
        text(arguments.bindPositional("removeprefix", 1, 1).get(0).orElseThrow(), "removeprefix");
    String from = text.text();
    if (start && from.startsWith(affix)) {
      return text.with(from.substring(affix.length()));
    }
    return !start && from.endsWith(affix)
        ? text.with(from.substring(0, from.length() - affix.length()))
        : text;
  }

  private static Value split(Str text, Arguments arguments, boolean fromEnd, Work work) {
    List<Optional<Value>> bound = arguments.bind("split", 0, "sep", "maxsplit");
    int most = bound.get(1).map(value -> Numbers.index(value, "maxsplit")).orElse(ALL);
    Optional<String> separator =
        bound
            .get(0)
            .filter(value -> !(value instanceof Value.None))
            .map(value -> text(value, "split"));
    List<String> parts = Splitting.split(text.text(), separator, most, fromEnd);
    work.steps(parts.size());
    return Value.Sequence.list(parts.stream().map(part -> (Value) text.with(part)).toList());
  }

  private static Value splitLines(Str text, Arguments arguments, Work work) {
    boolean keep =
        arguments.bind("splitlines", 0, "keepends").get(0).filter(Value::isTrue).isPresent();
    List<String> lines = Splitting.lines(text.text(), keep);
    work.steps(lines.size());
    return Value.Sequence.list(lines.stream().map(part -> (Value) text.with(part)).toList());
  }

  private static Value partition(Str text, Arguments arguments, boolean last) {
    Value separator = arguments.bindPositional("partition", 1, 1).get(0).orElseThrow();
    String wanted = text(separator, "partition");
    if (wanted.isEmpty()) {
      throw RenderException.failed("empty separator");
    }
    String from = text.text();
    int at = last ? from.lastIndexOf(wanted) : from.indexOf(wanted);
    Value empty = Value.of("");
    if (at < 0) {
      return last
          ? Value.Sequence.tuple(empty, empty, text)
          : Value.Sequence.tuple(text, empty, empty);
    }
    return Value.Sequence.tuple(
        Value.of(from.substring(0, at)),
        Value.of(wanted),
        Value.of(from.substring(at + wanted.length())));
  }

  private static Value replace(Str text, Arguments arguments, Work work) {
    List<Optional<Value>> bound = arguments.bindPositional("replace", 2, 3);
    int count = bound.get(2).map(value -> Numbers.index(value, "a count")).orElse(ALL);
    return Value.of(
        Splitting.replace(
            text.text(),
            text(bound.get(0).orElseThrow(), "replace"),
            text(bound.get(1).orElseThrow(), "replace"),
            count,
            work));
  }

  private static Value join(Str text, Arguments arguments, Work work) {
    List<Value> items =
        Iteration.items(arguments.bindPositional("join", 1, 1).get(0).orElseThrow(), work);
    return Value.of(
        Splitting.join(text.text(), items.stream().map(item -> text(item, "join")).toList(), work));
  }

  private static Value find(Str text, Arguments arguments, boolean last, boolean must) {
    Value part = arguments.bindPositional("find", 1, 1).get(0).orElseThrow();
    String wanted = text(part, "find");
    int at = last ? text.text().lastIndexOf(wanted) : text.text().indexOf(wanted);
    if (at < 0 && must) {
      throw RenderException.failed("substring not found");
    }
    return Value.of(CodePoints.fromUnits(text.text(), at));
  }

  private static Value count(Str text, Arguments arguments, Work work) {
    String part = text(arguments.bindPositional("count", 1, 1).get(0).orElseThrow(), "count");
    if (part.isEmpty()) {
      return Value.of(CodePoints.length(text.text()) + 1);
    }
    return Value.of(Splitting.split(text.text(), Optional.of(part), ALL, false).size() - 1);
  }

  private static Value justify(Str text, Arguments arguments, char side, Work work) {
    List<Optional<Value>> bound = arguments.bindPositional("ljust", 1, 2);
    String fill = bound.get(1).map(value -> text(value, "ljust")).orElse(" ");
    if (CodePoints.length(fill) != 1) {
      throw RenderException.failed("The fill character must be exactly one character long");
    }
    int width = Numbers.index(bound.get(0).orElseThrow(), "a width");
    int missing = Math.max(0, width - CodePoints.length(text.text()));
    work.builds((long) missing * fill.length());
    int before =
        switch (side) {
          case 'l' -> 0;
          case 'r' -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return Value.of(fill.repeat(before) + text.text() + fill.repeat(missing - before));
  }

  private static Value zeroFill(Str text, Arguments arguments, Work work) {
    int width =
        Numbers.index(arguments.bindPositional("zfill", 1, 1).get(0).orElseThrow(), "a width");
    int missing = Math.max(0, width - CodePoints.length(text.text()));
    work.builds(missing);
    boolean signed = text.text().startsWith("-") || text.text().startsWith("+");
    String sign = signed ? text.text().substring(0, 1) : "";
    return text.with(sign + "0".repeat(missing) + text.text().substring(sign.length()));
  }

  private static String text(Value value, String use) {
    if (value instanceof Str text) {
      return text.text();
    }
    throw RenderException.failed(use + "() needs a text, not " + value.type());
  }
}
