package io.sluice.gpuworker.chat.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a value of one rendering and one of another are the same for every expression, apart from
 * where the messages end. It may be denied of values that are the same.
 *
 * @param scope where the one rendering is
 * @param other where the other one is, in the same part of the template
 */
record Sameness(Scope scope, Scope other) {
  /** Longer lists and mappings are only compared by identity. */
  private static final int LARGEST = 64;

  static Sameness of(Scope scope, Scope other) {
    return new Sameness(scope, other);
  }

  /** Whether the value is immutable and refers to nothing that belongs to a rendering. */
  static boolean isPlain(Value value) {
    return value instanceof Value.None
        || value instanceof Value.Bool
        || value instanceof Value.Int
        || value instanceof Value.Real
        || value instanceof Value.Str
        || value instanceof Value.Undefined;
  }

  boolean holds(Optional<Value> one, Optional<Value> two) {
    return one.isPresent() && two.isPresent()
        ? holds(one.get(), two.get(), 0)
        : one.isEmpty() && two.isEmpty();
  }

  private boolean holds(Value one, Value two, int depth) {
    if (isPlain(one)) {
      return one.equals(two);
    }
    if (one instanceof Value.Sequence a && two instanceof Value.Sequence b) {
      return a.kind() == b.kind() && holdsForItems(a.items(), b.items(), depth);
    }
    if (one instanceof Value.Dict a && two instanceof Value.Dict b) {
      return holdsForEntries(a.entries(), b.entries(), depth);
    }
    if (one instanceof Namespace a && two instanceof Namespace b) {
      // Their attributes are compared where they are read.
      return a.number() == b.number();
    }
    if (one instanceof Value.Function a && two instanceof Value.Function b) {
      return a.body() == b.body() || holdsForMacros(a.body(), b.body());
    }
    return false;
  }

  private boolean holdsForItems(List<Value> a, List<Value> b, int depth) {
    if (a instanceof MessageView view) {
      return b instanceof MessageView same && view.isAlike(same);
    }
    if (a == b) {
      return true;
    }
    if (b instanceof MessageView || a.size() != b.size() || a.size() > LARGEST || depth > 2) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!holds(a.get(i), b.get(i), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private boolean holdsForEntries(Map<Value, Value> a, Map<Value, Value> b, int depth) {
    if (a == b) {
      return true;
    }
    if (a.size() != b.size() || a.size() > LARGEST || depth > 2) {
      return false;
    }
    Iterator<Map.Entry<Value, Value>> others = b.entrySet().iterator();
    for (Map.Entry<Value, Value> entry : a.entrySet()) {
      Map.Entry<Value, Value> mine = others.next();
      if (!isPlain(entry.getKey())
          || !entry.getKey().equals(mine.getKey())
          || !holds(entry.getValue(), mine.getValue(), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private boolean holdsForMacros(Value.Function.Body a, Value.Function.Body b) {
    return a instanceof Macro.Defined one
        && b instanceof Macro.Defined two
        && one.macro().equals(two.macro())
        && scope.distance(one.scope()) >= 0
        && scope.distance(one.scope()) == other.distance(two.scope());
  }
}
