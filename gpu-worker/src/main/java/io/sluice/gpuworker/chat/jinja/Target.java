package io.sluice.gpuworker.chat.jinja;

import java.util.List;

/** What a statement assigns to. */
sealed interface Target {
  /**
   * Assigns a value.
   *
   * @throws RenderException when the value does not fit
   */
  void assign(Value value, Frame frame);

  /** A variable of the current scope. */
  record Variable(String name) implements Target {
    @Override
    public void assign(Value value, Frame frame) {
      frame.scope().set(name, value);
    }
  }

  /** An attribute of a namespace. */
  record Member(String namespace, String name) implements Target {
    @Override
    public void assign(Value value, Frame frame) {
      if (frame.find(namespace).orElse(Value.NONE) instanceof Namespace found) {
        found.set(name, value);
      } else {
        throw RenderException.failed("cannot assign attribute on non-namespace object");
      }
    }
  }

  /** Several targets, one for each element of a value. */
  record Unpacked(List<Target> targets) implements Target {
    @Override
    public void assign(Value value, Frame frame) {
      List<Value> items = Iteration.items(value, frame.work());
      if (items.size() != targets.size()) {
        throw RenderException.failed(
            (items.size() < targets.size() ? "not enough" : "too many")
                + " values to unpack (expected "
                + targets.size()
                + ")");
      }
      for (int i = 0; i < items.size(); i++) {
        targets.get(i).assign(items.get(i), frame);
      }
    }
  }
}
