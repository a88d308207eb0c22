package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Value.Sequence;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Equality, order and membership as in Python. */
final class Comparison {
  private Comparison() {}

  static boolean equal(Value left, Value right, Work work) {
    work.enter();
    try {
      return equalAtDepth(left, right, work);
    } finally {
      work.leave();
    }
  }

  private static boolean equalAtDepth(Value left, Value right, Work work) {
    if (left instanceof Value.Str a && right instanceof Value.Str b) {
      work.reads(Math.min(a.text().length(), b.text().length()));
      return a.text().equals(b.text());
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return compareNumbers(left, right).filter(order -> order == 0).isPresent();
    }
    if (left instanceof Sequence a && right instanceof Sequence b) {
      return a.kind() == b.kind() && equalItems(a.items(), b.items(), work);
    }
    if (left instanceof Value.Dict a && right instanceof Value.Dict b) {
      return equalEntries(a.entries(), b.entries(), work);
    }
    if (left instanceof Value.Undefined && right instanceof Value.Undefined) {
      return true;
    }
    if (left instanceof Value.View && right instanceof Value.View) {
      throw RenderException.failed("comparing " + left.type() + " objects is not supported");
    }
    boolean scalar = left instanceof Value.None && right instanceof Value.None;
    return scalar || left == right;
  }

  private static boolean equalItems(List<Value> a, List<Value> b, Work work) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i), work)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalEntries(Map<Value, Value> a, Map<Value, Value> b, Work work) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<Value, Value> entry : a.entrySet()) {
      Optional<Value> other = Optional.ofNullable(b.get(entry.getKey()));
      if (other.isEmpty() || !equal(entry.getValue(), other.get(), work)) {
        return false;
      }
    }
    return true;
  }

  /** Empty when one of the numbers is not a number. */
  private static Optional<Integer> compareNumbers(Value left, Value right) {
    double a = Numbers.real(left);
    double b = Numbers.real(right);
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Optional.empty();
    }
    if (Double.isInfinite(a) || Double.isInfinite(b)) {
      return Optional.of(Double.compare(a, b));
    }
    return Optional.of(exact(left).compareTo(exact(right)));
  }

  private static BigDecimal exact(Value number) {
    return number instanceof Value.Real real
        ? new BigDecimal(real.value())
        : new BigDecimal(Numbers.integer(number).orElseThrow());
  }

  /**
   * Evaluates one of the operators {@code < <= > >=}.
   *
   * @throws RenderException when Python has no order between the two
   */
  static boolean ordered(String operator, Value left, Value right, Work work) {
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return compareNumbers(left, right).filter(order -> holds(operator, order)).isPresent();
    }
    return holds(operator, order(operator, left, right, work));
  }

  private static boolean holds(String operator, int order) {
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** The order in which {@code sort} and similar filters put values. */
  static Comparator<Value> order(Work work) {
    return (left, right) -> order("<", left, right, work);
  }

  private static int order(String operator, Value left, Value right, Work work) {
    work.step();
    if (left instanceof Value.Str a && right instanceof Value.Str b) {
      work.reads(Math.min(a.text().length(), b.text().length()));
      return orderOfTexts(a.text(), b.text());
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return compareNumbers(left, right)
          .orElseThrow(() -> RenderException.failed("ordering nan is not supported"));
    }
    if (left instanceof Sequence a && right instanceof Sequence b && a.kind() == b.kind()) {
      if (a.kind() != Sequence.Kind.RANGE) {
        return orderOfItems(operator, a.items(), b.items(), work);
      }
    }
    if (left instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    throw RenderException.failed(
        "'"
            + operator
            + "' not supported between instances of '"
            + left.type()
            + "' and '"
            + right.type()
            + "'");
  }

  private static int orderOfItems(String operator, List<Value> a, List<Value> b, Work work) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i), work)) {
        work.enter();
        try {
          return order(operator, a.get(i), b.get(i), work);
        } finally {
          work.leave();
        }
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** By code points; UTF-16 units would put characters outside the basic plane too early. */
  private static int orderOfTexts(String a, String b) {
    int shared = Math.min(a.length(), b.length());
    for (int i = 0; i < shared; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean mixed = Character.isSurrogate(x) != Character.isSurrogate(y);
        return mixed
            ? Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y))
            : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Evaluates {@code item in container}. */
  static boolean contains(Value container, Value item, Work work) {
    if (container instanceof Value.Str text) {
      if (item instanceof Value.Str part) {
        work.reads(text.text().length());
        return text.text().contains(part.text());
      }
      throw RenderException.failed(
          "'in <string>' requires string as left operand, not " + item.type());
    }
    if (container instanceof Value.Dict dict) {
      return Keys.find(dict, item).isPresent();
    }
    for (Value element : Iteration.items(container, work)) {
      if (equal(element, item, work)) {
        return true;
      }
    }
    return false;
  }
}
