package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The variable {@code loop} of a for loop, whose state moves on with each iteration. Elements are
 * taken from the iterator only when they are needed, as in the reference: a condition of the loop
 * can depend on what its body assigns.
 */
final class Loop implements Value {
  private Iterator<Value> rest;
  private OptionalInt length;
  private int index0 = -1;
  private Optional<Value> before = Optional.empty();
  private Optional<Value> current = Optional.empty();
  private Optional<Value> peeked = Optional.empty();
  private Optional<List<Value>> lastChanged = Optional.empty();

  /**
   * Creates the variable before the first iteration.
   *
   * @param rest the elements that the loop visits
   * @param length how many there are, if that is known before they are visited
   */
  Loop(Iterator<Value> rest, OptionalInt length) {
    this.rest = rest;
    this.length = length;
  }

  /** Creates the variable of a loop over messages of which the first are accounted for. */
  static Loop over(MessageView messages, int first) {
    Loop loop = new Loop(messages.iterator(first), OptionalInt.empty());
    loop.index0 = first - 1;
    loop.current = first == 0 ? Optional.empty() : Optional.of(messages.get(first - 1));
    return loop;
  }

  /** Moves on to the next element and returns it; empty after the last one. */
  Optional<Value> next() {
    Optional<Value> next = peek();
    if (next.isPresent()) {
      peeked = Optional.empty();
      index0++;
      before = current;
      current = next;
    }
    return next;
  }

  private Optional<Value> peek() {
    if (peeked.isEmpty() && rest.hasNext()) {
      peeked = Optional.of(rest.next());
    }
    return peeked;
  }

  private int length() {
    if (length.isEmpty()) {
      List<Value> remaining = new ArrayList<>();
      rest.forEachRemaining(remaining::add);
      rest = remaining.iterator();
      length = OptionalInt.of(remaining.size() + index0 + 1 + (peeked.isPresent() ? 1 : 0));
    }
    return length.getAsInt();
  }

  /** An attribute in the template. */
  Optional<Value> attribute(String name) {
    return switch (name) {
      case "index0" -> Optional.of(Value.of(index0));
      case "index" -> Optional.of(Value.of(index0 + 1));
      case "revindex0" -> Optional.of(Value.of(length() - index0 - 1));
      case "revindex" -> Optional.of(Value.of(length() - index0));
      case "first" -> Optional.of(Value.of(index0 == 0));
      case "last" -> Optional.of(Value.of(peek().isEmpty()));
      case "length" -> Optional.of(Value.of(length()));
      case "depth0" -> Optional.of(Value.of(0));
      case "depth" -> Optional.of(Value.of(1));
      case "previtem" ->
          Optional.of(before.orElseGet(() -> new Undefined("there is no previous item")));
      case "nextitem" ->
          Optional.of(peek().orElseGet(() -> new Undefined("there is no next item")));
      case "cycle" -> Optional.of(new Function(Function.METHOD, "cycle", this::cycle));
      case "changed" -> Optional.of(new Function(Function.METHOD, "changed", this::changed));
      default -> Optional.empty();
    };
  }

  private Value cycle(Arguments arguments, Work work) {
    List<Value> values = arguments.positional();
    if (values.isEmpty() || !arguments.named().isEmpty()) {
      throw RenderException.failed("loop.cycle() takes the values to cycle through");
    }
    return values.get(index0 % values.size());
  }

  private Value changed(Arguments arguments, Work work) {
    // What the loop remembers of its last call is not recorded.
    work.trace().recording().ifPresent(LoopRecord::end);
    Value values = Sequence.list(arguments.positional());
    boolean same =
        lastChanged.filter(last -> Comparison.equal(Sequence.list(last), values, work)).isPresent();
    lastChanged = Optional.of(arguments.positional());
    return Value.of(!same);
  }

  @Override
  public String type() {
    return "LoopContext";
  }

  /** A loop has a length, which is above 0 inside its body. */
  @Override
  public boolean isTrue() {
    return length() > 0;
  }
}
