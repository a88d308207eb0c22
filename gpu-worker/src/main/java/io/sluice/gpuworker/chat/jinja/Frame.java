package io.sluice.gpuworker.chat.jinja;

import java.util.Optional;

/**
 * Where an expression or statement is evaluated.
 *
 * @param scope the variables that it sees
 * @param work what the rendering has used
 */
record Frame(Scope scope, Work work) {
  /** The same rendering in a new scope. */
  Frame inner() {
    return new Frame(scope.inner(work.trace().era()), work);
  }

  /** The value of a variable. */
  Optional<Value> find(String name) {
    return work.trace().find(scope, name);
  }
}
