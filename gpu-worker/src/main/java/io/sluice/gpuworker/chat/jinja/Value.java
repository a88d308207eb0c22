package io.sluice.gpuworker.chat.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A value in a template, with the meaning that it has in Python.
 *
 * <p>Values from JSON are never modified: the reference renders in an immutable sandbox. Only a
 * {@link Namespace}, a {@link Generator} and a {@link Loop} have state; they live in one rendering.
 */
sealed interface Value
    permits Value.None,
        Value.Bool,
        Value.Int,
        Value.Real,
        Value.Str,
        Value.Sequence,
        Value.Dict,
        Value.View,
        Value.Generator,
        Value.Undefined,
        Value.Function,
        Namespace,
        Loop {
  Value NONE = new None();
  Bool TRUE = new Bool(true);
  Bool FALSE = new Bool(false);

  /** The name of the type in Python. */
  String type();

  /** Whether the value counts as true in a condition. */
  default boolean isTrue() {
    return true;
  }

  static Bool of(boolean value) {
    return value ? TRUE : FALSE;
  }

  static Int of(long value) {
    return new Int(BigInteger.valueOf(value));
  }

  static Str of(String value) {
    return new Str(value, false);
  }

  /** Python's {@code None}. */
  record None() implements Value {
    @Override
    public String type() {
      return "NoneType";
    }

    @Override
    public boolean isTrue() {
      return false;
    }
  }

  /** A truth value, which also counts as the number 0 or 1. */
  record Bool(boolean value) implements Value {
    @Override
    public String type() {
      return "bool";
    }

    @Override
    public boolean isTrue() {
      return value;
    }
  }

  /** An integer of any size. */
  record Int(BigInteger value) implements Value {
    @Override
    public String type() {
      return "int";
    }

    @Override
    public boolean isTrue() {
      return value.signum() != 0;
    }
  }

  /** A floating point number. */
  record Real(double value) implements Value {
    @Override
    public String type() {
      return "float";
    }

    @Override
    public boolean isTrue() {
      return value != 0;
    }
  }

  /**
   * A text. Positions in it count code points.
   *
   * @param safe whether the filter {@code safe} marked it: what is added to it is then escaped
   */
  record Str(String text, boolean safe) implements Value {
    /** Another text with the same mark. */
    Str with(String other) {
      return new Str(other, safe);
    }

    @Override
    public String type() {
      return safe ? "Markup" : "str";
    }

    @Override
    public boolean isTrue() {
      return !text.isEmpty();
    }
  }

  /** Elements in order, that can be accessed by position. */
  record Sequence(Kind kind, List<Value> items) implements Value {
    /** Python's types of sequences, which differ in how they are printed and compared. */
    enum Kind {
      LIST,
      TUPLE,
      RANGE
    }

    /** Takes an unmodifiable copy, except of messages, which are looked at one by one. */
    public Sequence {
      items = items instanceof MessageView ? items : List.copyOf(items);
    }

    static Sequence list(List<Value> items) {
      return new Sequence(Kind.LIST, items);
    }

    static Sequence tuple(Value... items) {
      return new Sequence(Kind.TUPLE, List.of(items));
    }

    @Override
    public String type() {
      return kind.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public boolean isTrue() {
      return !items.isEmpty();
    }
  }

  /** A mapping, in the order of insertion. Keys are those that {@link Keys} accepts. */
  record Dict(Map<Value, Value> entries) implements Value {
    @Override
    public String type() {
      return "dict";
    }

    @Override
    public boolean isTrue() {
      return !entries.isEmpty();
    }
  }

  /** What the methods {@code keys}, {@code values} and {@code items} of a mapping return. */
  record View(String type, List<Value> items) implements Value {
    @Override
    public boolean isTrue() {
      return !items.isEmpty();
    }
  }

  /** Elements that can be iterated over only once, as most filters on sequences return them. */
  record Generator(Iterator<Value> rest) implements Value {
    @Override
    public String type() {
      return "generator";
    }
  }

  /**
   * The absence of a value: it prints as nothing, counts as false and is empty, and fails in other
   * operations.
   *
   * @param reason the message of that failure
   */
  record Undefined(String reason) implements Value {
    static Undefined name(String name) {
      return new Undefined("'" + name + "' is undefined");
    }

    RenderException failure() {
      return RenderException.failed(reason);
    }

    @Override
    public String type() {
      return "Undefined";
    }

    @Override
    public boolean isTrue() {
      return false;
    }
  }

  /**
   * A macro, a function, or a method of a value.
   *
   * @param type Python's name of its type
   */
  record Function(String type, String name, Body body) implements Value {
    static final String METHOD = "builtin_function_or_method";
    static final String MACRO = "Macro";
    static final String FUNCTION = "function";

    /** What a call does. */
    interface Body {
      Value call(Arguments arguments, Work work);
    }
  }
}
