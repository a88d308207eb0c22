package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The filter {@code tojson}: JSON as Python's {@code json.dumps} writes it.
 *
 * @param ascii whether characters outside ASCII are escaped
 * @param indent what one level of nesting is indented by; empty for everything on one line
 * @param itemSeparator between elements
 * @param keySeparator between a key and its value
 * @param sorted whether the keys of mappings are sorted
 */
record JsonText(
    boolean ascii,
    Optional<String> indent,
    String itemSeparator,
    String keySeparator,
    boolean sorted) {

  /** Applies the filter to a value. */
  static Value filter(Value value, Arguments arguments, Work work) {
    List<Optional<Value>> bound =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Optional<String> indent =
        bound.get(1).filter(given -> !(given instanceof Value.None)).map(JsonText::indent);
    List<Value> separators =
        bound
            .get(2)
            .filter(given -> !(given instanceof Value.None))
            .map(given -> Iteration.items(given, work))
            .orElse(List.of(Value.of(indent.isPresent() ? "," : ", "), Value.of(": ")));
    if (separators.size() != 2) {
      throw RenderException.failed("tojson() needs two separators");
    }
    JsonText format =
        new JsonText(
            bound.get(0).filter(Value::isTrue).isPresent(),
            indent,
            text(separators.get(0)),
            text(separators.get(1)),
            bound.get(3).filter(Value::isTrue).isPresent());
    StringBuilder out = new StringBuilder();
    format.write(value, 0, out, work);
    return Value.of(out.toString());
  }

  private static String indent(Value value) {
    return value instanceof Value.Str text
        ? text.text()
        : " ".repeat(Math.min(1000, Math.max(0, Numbers.index(value, "the indent of tojson()"))));
  }

  private static String text(Value separator) {
    if (separator instanceof Value.Str text) {
      return text.text();
    }
    throw RenderException.failed("a separator of tojson() must be a text");
  }

  private void write(Value value, int level, StringBuilder out, Work work) {
    work.enter();
    try {
      int before = out.length();
      boolean nested = value instanceof Value.Sequence || value instanceof Value.Dict;
      writeAtLevel(value, level, out, work);
      work.builds(nested ? 2 : out.length() - before);
    } finally {
      work.leave();
    }
  }

  private void writeAtLevel(Value value, int level, StringBuilder out, Work work) {
    if (value instanceof Value.Str text) {
      writeText(text.text(), out);
    } else if (value instanceof Value.Sequence sequence
        && sequence.kind() != Value.Sequence.Kind.RANGE) {
      writeItems(sequence.items(), level, out, work);
    } else if (value instanceof Value.Dict dict) {
      writeEntries(dict, level, out, work);
    } else {
      out.append(scalar(value));
    }
  }

  private static String scalar(Value value) {
    if (value instanceof Value.None) {
      return "null";
    }
    if (value instanceof Value.Bool bool) {
      return bool.value() ? "true" : "false";
    }
    if (value instanceof Value.Int number) {
      return number.value().toString();
    }
    if (value instanceof Value.Real real) {
      if (Double.isNaN(real.value())) {
        return "NaN";
      }
      return Double.isInfinite(real.value())
          ? (real.value() > 0 ? "Infinity" : "-Infinity")
          : Numbers.text(real.value());
    }
    throw RenderException.failed("Object of type " + value.type() + " is not JSON serializable");
  }

  private void writeItems(List<Value> items, int level, StringBuilder out, Work work) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      out.append(i > 0 ? itemSeparator : "");
      breakLine(level + 1, out, work);
      write(items.get(i), level + 1, out, work);
    }
    breakLine(level, out, work);
    out.append(']');
  }

  private void writeEntries(Value.Dict dict, int level, StringBuilder out, Work work) {
    if (dict.entries().isEmpty()) {
      out.append("{}");
      return;
    }
    List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
    if (sorted) {
      Comparator<Value> order = Comparison.order(work);
      entries.sort((a, b) -> order.compare(a.getKey(), b.getKey()));
    }
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      out.append(i > 0 ? itemSeparator : "");
      breakLine(level + 1, out, work);
      writeText(key(entries.get(i).getKey()), out);
      out.append(keySeparator);
      write(entries.get(i).getValue(), level + 1, out, work);
    }
    breakLine(level, out, work);
    out.append('}');
  }

  private static String key(Value key) {
    if (key instanceof Value.Str text) {
      return text.text();
    }
    if (key instanceof Value.Sequence) {
      throw RenderException.failed("keys must be str, int, float, bool or None, not tuple");
    }
    return scalar(key);
  }

  private void breakLine(int level, StringBuilder out, Work work) {
    if (indent.isPresent()) {
      work.builds((long) indent.get().length() * level);
      out.append('\n').append(indent.get().repeat(level));
    }
  }

  private void writeText(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
