package io.sluice.gpuworker.chat.jinja;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A macro of a template.
 *
 * @param name its name, for messages
 * @param parameters their names
 * @param defaults one per parameter
 * @param usesCaller whether the body calls what a call block passes to it
 * @param body its statements
 */
record Macro(
    String name,
    List<String> parameters,
    List<Optional<Expression>> defaults,
    boolean usesCaller,
    List<Statement> body) {
  /** The name by which a macro knows the body of the call block that called it. */
  static final String CALLER = "caller";

  /** The macro as a value, which sees the variables of where it was defined. */
  Value.Function in(Frame definition) {
    return new Value.Function(Value.Function.MACRO, name, new Defined(this, definition.scope()));
  }

  /**
   * A macro where it was defined.
   *
   * @param scope the variables that it sees
   */
  record Defined(Macro macro, Scope scope) implements Value.Function.Body {
    @Override
    public Value call(Arguments arguments, Work work) {
      return macro.call(arguments, new Frame(scope, work).inner());
    }
  }

  private Value call(Arguments arguments, Frame frame) {
    if (arguments.positional().size() > parameters.size()) {
      throw RenderException.failed(
          "macro '" + name + "' takes not more than " + parameters.size() + " argument(s)");
    }
    Set<String> unused = new LinkedHashSet<>(arguments.named().keySet());
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      Optional<Value> given = Optional.ofNullable(arguments.named().get(parameter));
      if (i < arguments.positional().size()) {
        given = Optional.of(arguments.positional().get(i));
      } else {
        unused.remove(parameter);
      }
      frame.scope().set(parameter, given.orElseGet(() -> missing(parameter)));
      if (given.isEmpty() && defaults.get(i).isPresent()) {
        frame.scope().set(parameter, defaults.get(i).get().in(frame));
      }
    }
    if (usesCaller && !parameters.contains(CALLER)) {
      Optional<Value> caller = Optional.ofNullable(arguments.named().get(CALLER));
      unused.remove(CALLER);
      frame.scope().set(CALLER, caller.orElse(new Value.Undefined("No caller defined")));
    }
    if (!unused.isEmpty()) {
      throw RenderException.failed(
          "macro '" + name + "' takes no keyword argument '" + unused.iterator().next() + "'");
    }
    return Value.of(Statement.captured(body, frame));
  }

  private static Value missing(String parameter) {
    return new Value.Undefined("parameter '" + parameter + "' was not provided");
  }
}
