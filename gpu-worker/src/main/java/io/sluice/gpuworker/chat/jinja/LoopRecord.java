package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A recorded loop over messages: after each iteration, how much text there is and what the loop has
 * looked at and assigned so far. A loop of another rendering whose first iterations would look at
 * the same begins behind them. An iteration sees, beyond its message, only variables and attributes
 * of namespaces that were there before the loop, and where the messages end; it leaves only text
 * and attributes behind.
 */
final class LoopRecord {
  /**
   * What is true after some iterations.
   *
   * @param length of the text
   * @param needed how many messages there must be for these iterations to be the same
   * @param created the number of namespaces
   */
  private record State(int length, int needed, int created) {}

  private final MessageView view;
  private final Scope scope;
  private final int era;
  private final List<State> states = new ArrayList<>();
  private final Map<Cell, CellRecord> cells = new LinkedHashMap<>();
  private int needed;
  private boolean ended;

  /**
   * Begins to record.
   *
   * @param view what the loop goes over
   * @param scope where the loop is
   * @param era of the scopes that the loop will create
   * @param created how many namespaces there are
   * @param length of the text so far
   */
  LoopRecord(MessageView view, Scope scope, int era, int created, int length) {
    this.view = view;
    this.scope = scope;
    this.era = era;
    this.states.add(new State(length, 0, created));
  }

  /** The iterations that are recorded, and so the number of the present one. */
  private int iteration() {
    return states.size() - 1;
  }

  void needs(int messageCount) {
    needed = Math.max(needed, messageCount);
  }

  /** Ends the record before the present iteration, which does what cannot be recorded. */
  void end() {
    ended = true;
  }

  /** Notes that the body has run for another element. */
  void iterated(int length, int created) {
    if (!ended) {
      states.add(new State(length, needed, created));
    }
  }

  /** Finds a variable, and notes that it is read if it is from outside the loop. */
  Optional<Value> find(Scope from, String name) {
    Optional<Scope> outside = outside(from, name);
    if (outside.isEmpty()) {
      return from.find(name);
    }
    Optional<Value> value = outside.get().find(name);
    cell(outside.get(), name, value).ifPresentOrElse(cell -> cell.read(iteration()), this::end);
    return value;
  }

  /**
   * The innermost scope outside the loop, if a variable is looked for there: empty if a scope that
   * the loop has created has the variable.
   */
  private Optional<Scope> outside(Scope from, String name) {
    Optional<Scope> at = Optional.of(from);
    while (at.isPresent() && at.get().era() == era) {
      if (at.get().own(name).isPresent()) {
        return Optional.empty();
      }
      at = at.get().outer();
    }
    return at;
  }

  /** The record of a variable outside the loop. */
  private Optional<CellRecord> cell(Scope at, String name, Optional<Value> value) {
    int outward = scope.distance(at);
    return outward < 0
        ? Optional.empty()
        : Optional.of(
            cells.computeIfAbsent(
                new Cell.Variable(outward, name), variable -> new CellRecord(value)));
  }

  private boolean isOutside(Namespace namespace) {
    return namespace.number() < states.get(0).created();
  }

  private CellRecord cell(Namespace namespace, String name) {
    return cells.computeIfAbsent(
        new Cell.Attribute(namespace.number(), name),
        attribute -> new CellRecord(namespace.peek(name)));
  }

  /** Notes that an attribute is read. */
  void reads(Namespace namespace, String name) {
    if (isOutside(namespace)) {
      cell(namespace, name).read(iteration());
    }
  }

  /** Notes that an attribute is about to be assigned. */
  void writes(Namespace namespace, String name, Value value) {
    if (isOutside(namespace)) {
      CellRecord cell = cell(namespace, name);
      cell.write(iteration(), value);
      // A new attribute would have to come at its place among the others.
      if (cell.before().isEmpty() || !Sameness.isPlain(value)) {
        end();
      }
    }
  }

  /**
   * The record of the number that an expression reads, if it reads nothing but a number from
   * outside the loop. The caller notes what becomes of the number.
   */
  Optional<CellRecord> number(Expression expression, Frame frame) {
    if (expression instanceof Expression.Attribute attribute
        && attribute.value() instanceof Expression.Name name
        && frame.find(name.name()).orElse(Value.NONE) instanceof Namespace namespace
        && isOutside(namespace)) {
      return Optional.of(cell(namespace, attribute.name()))
          .filter(cell -> cell.number().isPresent());
    }
    if (expression instanceof Expression.Name name) {
      return outside(frame.scope(), name.name())
          .flatMap(at -> cell(at, name.name(), at.find(name.name())))
          .filter(cell -> cell.number().isPresent());
    }
    return Optional.empty();
  }

  /** Notes that a number that {@link #number} returned is read. */
  void reads(CellRecord number) {
    number.read(iteration());
  }

  /** Notes the outcome of a comparison with a number that {@link #number} returned. */
  void compared(CellRecord number, String operator, Value other, boolean holds) {
    number.compared(iteration(), operator, other, holds);
  }

  /** How many iterations of the same loop in another rendering are known to be the same. */
  int reach(MessageView other, Frame frame) {
    Trace trace = frame.work().trace();
    if (!view.isAlike(other) || trace.created() != states.get(0).created()) {
      return 0;
    }
    int reach = Math.min(iteration(), other.count());
    for (Map.Entry<Cell, CellRecord> cell : cells.entrySet()) {
      frame.work().step();
      Optional<Value> now = value(cell.getKey(), frame.scope(), trace);
      boolean alike = Sameness.of(scope, frame.scope()).holds(cell.getValue().before(), now);
      reach = Math.min(reach, cell.getValue().reach(now, alike));
    }
    while (reach > 0 && states.get(reach).needed() > trace.visible()) {
      reach--;
      frame.work().step();
    }
    return reach;
  }

  private static Optional<Value> value(Cell cell, Scope scope, Trace trace) {
    if (cell instanceof Cell.Attribute attribute) {
      return trace.namespace(attribute.namespace()).flatMap(it -> it.peek(attribute.name()));
    }
    Cell.Variable variable = (Cell.Variable) cell;
    return scope.outward(variable.outward()).flatMap(it -> it.find(variable.name()));
  }

  /** Assigns in another rendering what the first iterations have left in this one. */
  void replay(int iterations, Trace trace) {
    cells.forEach(
        (cell, record) -> {
          if (cell instanceof Cell.Attribute attribute) {
            record
                .left(iterations)
                .ifPresent(
                    value ->
                        trace
                            .namespace(attribute.namespace())
                            .ifPresent(it -> it.set(attribute.name(), value)));
          }
        });
  }

  /** Where the text of the loop begins. */
  int begin() {
    return states.get(0).length();
  }

  /** Where the text of the first iterations ends. */
  int end(int iterations) {
    return states.get(iterations).length();
  }

  /** The number of namespaces after the first iterations. */
  int created(int iterations) {
    return states.get(iterations).created();
  }
}
