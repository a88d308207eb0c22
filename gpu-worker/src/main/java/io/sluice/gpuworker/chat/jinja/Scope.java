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
  private final int era;

  private Scope(Optional<Scope> outer, Map<String, Value> variables, int era) {
    this.outer = outer;
    this.era = era;
    this.variables = new HashMap<>(variables);
  }

  /** The outermost scope, with what a rendering is given. */
  static Scope outermost(Map<String, Value> variables) {
    return new Scope(Optional.empty(), variables, 0);
  }

  /** A new scope inside this one, created in an era of the rendering's {@link Trace}. */
  Scope inner(int now) {
    return new Scope(Optional.of(this), Map.of(), now);
  }

  /** The era in which it was created. */
  int era() {
    return era;
  }

  Optional<Scope> outer() {
    return outer;
  }

  /** How many scopes outside this one another one is; -1 if it is not around this one. */
  int distance(Scope around) {
    int distance = 0;
    Optional<Scope> at = Optional.of(this);
    while (at.isPresent() && at.get() != around) {
      distance++;
      at = at.get().outer;
    }
    return at.isPresent() ? distance : -1;
  }

  /** The scope that is so many scopes outside this one. */
  Optional<Scope> outward(int distance) {
    Optional<Scope> at = Optional.of(this);
    for (int i = 0; i < distance && at.isPresent(); i++) {
      at = at.get().outer;
    }
    return at;
  }

  void set(String name, Value value) {
    variables.put(name, value);
  }

  /** A variable of this scope itself. */
  Optional<Value> own(String name) {
    return Optional.ofNullable(variables.get(name));
  }

  Optional<Value> find(String name) {
    Optional<Value> own = own(name);
    return own.isPresent() || outer.isEmpty() ? own : outer.get().find(name);
  }
}
