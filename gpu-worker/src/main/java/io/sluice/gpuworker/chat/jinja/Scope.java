package io.sluice.gpuworker.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Variables of a part of the template, inside those of the part around it. What is set in a loop, a
 * macro, a block with a body of its own, is not visible outside; what is set in a branch of an
 * {@code if} is.
 */
final class Scope {
  private final Optional<Scope> outer;
  private final Map<String, Value> variables;

  private Scope(Optional<Scope> outer, Map<String, Value> variables) {
    this.outer = outer;
    this.variables = new HashMap<>(variables);
  }

  /** The outermost scope, with what a rendering is given. */
  static Scope outermost(Map<String, Value> variables) {
    return new Scope(Optional.empty(), variables);
  }

  /** A new scope inside this one. */
  Scope inner() {
    return new Scope(Optional.of(this), Map.of());
  }

  void set(String name, Value value) {
    variables.put(name, value);
  }

  Optional<Value> find(String name) {
    Optional<Value> own = Optional.ofNullable(variables.get(name));
    return own.isPresent() || outer.isEmpty() ? own : outer.get().find(name);
  }
}
