package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The arguments of a call.
 *
 * @param positional in order
 * @param named in order
 */
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** The same arguments without the first positional ones. */
  Arguments without(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }

  /**
   * Assigns the arguments to parameters.
   *
   * @param callee for messages
   * @param required how many of the parameters must be given
   * @return one value per parameter; empty for those not given
   */
  List<Optional<Value>> bind(String callee, int required, String... parameters) {
    if (positional.size() > parameters.length) {
      throw RenderException.failed(callee + "() takes at most " + parameters.length + " arguments");
    }
    List<Optional<Value>> bound = new ArrayList<>();
    Set<String> unknown = new HashSet<>(named.keySet());
    for (int i = 0; i < parameters.length; i++) {
      Optional<Value> byName = Optional.ofNullable(named.get(parameters[i]));
      unknown.remove(parameters[i]);
      if (i < positional.size() && byName.isPresent()) {
        throw RenderException.failed(callee + "() got " + parameters[i] + " twice");
      }
      Optional<Value> value = i < positional.size() ? Optional.of(positional.get(i)) : byName;
      if (value.isEmpty() && i < required) {
        throw RenderException.failed(callee + "() is missing the argument " + parameters[i]);
      }
      bound.add(value);
    }
    if (!unknown.isEmpty()) {
      throw RenderException.failed(
          callee + "() has no argument " + unknown.stream().sorted().findFirst().orElseThrow());
    }
    return bound;
  }

  /** Assigns arguments that cannot be given by name. */
  List<Optional<Value>> bindPositional(String callee, int required, int most) {
    if (!named.isEmpty()) {
      throw RenderException.failed(callee + "() takes no keyword arguments");
    }
    String[] places = new String[most];
    for (int i = 0; i < most; i++) {
      places[i] = "number " + (i + 1);
    }
    return bind(callee, required, places);
  }
}
