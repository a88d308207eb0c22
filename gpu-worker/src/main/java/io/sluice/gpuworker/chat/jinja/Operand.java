package io.sluice.gpuworker.chat.jinja;

import java.util.Map;
import java.util.Optional;

/**
 * A value that is compared. While a loop is recorded, a number from outside it counts as read only
 * if it is compared with something other than a number of the loop: of other comparisons the
 * outcome is recorded.
 *
 * @param trail what is recorded about the number; empty if the value counts as read
 */
record Operand(Value value, Optional<CellTrail> trail) {
  private static final Map<String, String> MIRRORED =
      Map.of("<", ">", "<=", ">=", ">", "<", ">=", "<=", "==", "==", "!=", "!=");

  static Operand of(Expression expression, Frame frame) {
    Optional<CellTrail> number =
        frame.work().trace().recording().flatMap(trail -> trail.number(expression, frame));
    if (number.isEmpty()) {
      return new Operand(expression.in(frame), Optional.empty());
    }
    frame.work().step();
    return new Operand(number.get().number().orElseThrow(), number);
  }

  /** Records the outcome of a comparison of this operand, on the left, with another one. */
  void compared(String operator, Operand other, boolean holds, Trace trace) {
    if (trail.isEmpty() && other.trail().isEmpty()) {
      return;
    }
    Trail loop = trace.recording().orElseThrow();
    boolean isOutcomeEnough = trail.isEmpty() != other.trail().isEmpty();
    if (isOutcomeEnough && MIRRORED.containsKey(operator)) {
      trail.ifPresent(it -> loop.compared(it, operator, other.value(), holds));
      other.trail().ifPresent(it -> loop.compared(it, MIRRORED.get(operator), value, holds));
    } else {
      trail.ifPresent(loop::reads);
      other.trail().ifPresent(loop::reads);
    }
  }
}
