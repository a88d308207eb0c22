package io.sluice.gpuworker.chat.jinja;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values as text: what {@code str} and {@code repr} give in Python. */
final class PythonText {
  private PythonText() {}

  /** What a value prints as. */
  static String of(Value value, Work work) {
    if (value instanceof Value.Str text) {
      return text.text();
    }
    if (value instanceof Value.Undefined) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    write(value, out, work);
    return out.toString();
  }

  /** What a value looks like inside a list. */
  static String repr(Value value, Work work) {
    StringBuilder out = new StringBuilder();
    write(value, out, work);
    return out.toString();
  }

  private static void write(Value value, StringBuilder out, Work work) {
    work.enter();
    try {
      int before = out.length();
      writeAtDepth(value, out, work);
      work.builds(value instanceof Value.Str ? out.length() - before : 8);
    } finally {
      work.leave();
    }
  }

  private static void writeAtDepth(Value value, StringBuilder out, Work work) {
    if (value instanceof Value.None) {
      out.append("None");
    } else if (value instanceof Value.Bool bool) {
      out.append(bool.value() ? "True" : "False");
    } else if (value instanceof Value.Int number) {
      out.append(number.value());
    } else if (value instanceof Value.Real real) {
      out.append(Numbers.text(real.value()));
    } else if (value instanceof Value.Str text) {
      if (text.safe()) {
        throw RenderException.failed(
            "printing a text marked as safe inside a list is not supported");
      }
      writeQuoted(text.text(), out);
    } else if (value instanceof Value.Sequence sequence) {
      writeSequence(sequence, out, work);
    } else if (value instanceof Value.Dict dict) {
      writeEntries(dict.entries(), out, work);
    } else if (value instanceof Value.View view) {
      out.append(view.type()).append("([");
      writeItems(view.items(), out, work);
      out.append("])");
    } else if (value instanceof Value.Undefined) {
      out.append("Undefined");
    } else if (value instanceof Namespace namespace) {
      Map<Value, Value> entries = new LinkedHashMap<>();
      namespace.attributes().forEach((name, attribute) -> entries.put(Value.of(name), attribute));
      out.append("<Namespace ");
      writeEntries(entries, out, work);
      out.append('>');
    } else {
      throw RenderException.failed(
          "printing an object of type " + value.type() + " is not supported");
    }
  }

  private static void writeSequence(Value.Sequence sequence, StringBuilder out, Work work) {
    switch (sequence.kind()) {
      case LIST -> {
        out.append('[');
        writeItems(sequence.items(), out, work);
        out.append(']');
      }
      case TUPLE -> {
        out.append('(');
        writeItems(sequence.items(), out, work);
        out.append(sequence.items().size() == 1 ? ",)" : ")");
      }
      case RANGE -> throw RenderException.failed("printing a range is not supported");
    }
  }

  private static void writeItems(List<Value> items, StringBuilder out, Work work) {
    Iterator<Value> rest = items.iterator();
    while (rest.hasNext()) {
      write(rest.next(), out, work);
      out.append(rest.hasNext() ? ", " : "");
    }
  }

  private static void writeEntries(Map<Value, Value> entries, StringBuilder out, Work work) {
    out.append('{');
    Iterator<Map.Entry<Value, Value>> rest = entries.entrySet().iterator();
    while (rest.hasNext()) {
      Map.Entry<Value, Value> entry = rest.next();
      write(entry.getKey(), out, work);
      out.append(": ");
      write(entry.getValue(), out, work);
      out.append(rest.hasNext() ? ", " : "");
    }
    out.append('}');
  }

  /** Writes a text as a literal of Python. */
  private static void writeQuoted(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints().forEach(c -> writeCharacter(c, quote, out));
    out.append(quote);
  }

  private static void writeCharacter(int c, char quote, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else if (c <= 0xFF) {
          out.append(String.format("\\x%02x", c));
        } else if (c <= 0xFFFF) {
          out.append(String.format("\\u%04x", c));
        } else {
          out.append(String.format("\\U%08x", c));
        }
      }
    }
  }

  /** What {@code str.isprintable} says of a character. */
  static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** Text with the characters that mean something in HTML replaced, as the reference does. */
  static String escaped(String text, Work work) {
    work.builds(text.length());
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }
}
