package io.sluice.gpuworker.chat.jinja;

import java.util.Map;
import java.util.Optional;

/**
 * A value that is compared. While a loop is recorded, a number from outside it counts as read only
 * if it is compared with something other than a number of the loop: of other comparisons the
 * outcome is recorded.
 *
 * @param record what is recorded about the number; empty if the value counts as read
 */
record Operand(Value value, Optional<CellRecord> record) {
  private static final Map<String, String> MIRRORED =
      Map.of("<", ">", "<=", ">=", ">", "<", ">=", "<=", "==", "==", "!=", "!=");

  static Operand of(Expression expression, Frame frame) {
    Optional<CellRecord> number =
        frame.work().trace().recording().flatMap(record -> record.number(expression, frame));
    if (number.isEmpty()) {
      return new Operand(expression.in(frame), Optional.empty());
    }
    frame.work().step();
    return new Operand(number.get().number().orElseThrow(), number);
  }

  /** Records the outcome of a comparison of this operand, on the left, with another one. */
  void compared(String operator, Operand other, boolean holds, Trace trace) {
    if (record.isEmpty() && other.record().isEmpty()) {
      return;
    }
    LoopRecord loop = trace.recording().orElseThrow();
    boolean isOutcomeEnough = record.isEmpty() != other.record().isEmpty();
    if (isOutcomeEnough && MIRRORED.containsKey(operator)) {
      record.ifPresent(it -> loop.compared(it, operator, other.value(), holds));
      other.record().ifPresent(it -> loop.compared(it, MIRRORED.get(operator), value, holds));
    } else {
      record.ifPresent(loop::reads);
      other.record().ifPresent(loop::reads);
    }
  }
}
