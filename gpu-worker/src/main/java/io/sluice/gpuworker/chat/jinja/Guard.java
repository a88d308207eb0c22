package io.sluice.gpuworker.chat.jinja;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Recognizes loops that do nothing any more once a condition is false: the body computes positions,
 * and then does something only if an attribute of a namespace is true. Templates search so for the
 * last question, backwards through all messages.
 */
final class Guard {
  private static final Set<String> POSITIONS = Set.of("index", "index0");

  private final Set<String> assigned = new HashSet<>(Set.of("loop"));

  private Guard() {}

  /**
   * Finds the condition. It does not depend on the iteration, and once the first iteration has
   * succeeded, what precedes it cannot fail.
   */
  static Optional<Expression> of(Target target, List<Statement> body) {
    return target instanceof Target.Variable item
        ? new Guard().of(item.name(), body)
        : Optional.empty();
  }

  private Optional<Expression> of(String item, List<Statement> body) {
    assigned.add(item);
    for (int i = 0; i < body.size() - 1; i++) {
      if (!(body.get(i) instanceof Statement.Set set)
          || !(set.target() instanceof Target.Variable variable)
          || !isPosition(set.value())) {
        return Optional.empty();
      }
      assigned.add(variable.name());
    }
    return !body.isEmpty()
            && body.get(body.size() - 1) instanceof Statement.If last
            && last.otherwise().isEmpty()
        ? Optional.of(first(last.condition())).filter(this::isFromOutside)
        : Optional.empty();
  }

  /** The condition that is looked at first, and decides alone when it is false. */
  private static Expression first(Expression condition) {
    Expression first = condition;
    while (first instanceof Expression.Logical logical && logical.and()) {
      first = logical.left();
    }
    return first;
  }

  private boolean isFromOutside(Expression condition) {
    return condition instanceof Expression.Attribute attribute
        && attribute.value() instanceof Expression.Name name
        && !assigned.contains(name.name());
  }

  /** Whether an expression is a sum of positions, lengths and constants. */
  private boolean isPosition(Expression expression) {
    if (expression instanceof Expression.Binary sum) {
      return Set.of("+", "-").contains(sum.operator())
          && isPosition(sum.left())
          && isPosition(sum.right());
    }
    if (expression instanceof Expression.Filtered length) {
      return length.name().equals("length")
          && length.value() instanceof Expression.Name name
          && !assigned.contains(name.name());
    }
    if (expression instanceof Expression.Attribute attribute) {
      return attribute.value() instanceof Expression.Name name
          && name.name().equals("loop")
          && POSITIONS.contains(attribute.name());
    }
    return expression instanceof Expression.Constant constant
        && constant.value() instanceof Value.Int;
  }
}
