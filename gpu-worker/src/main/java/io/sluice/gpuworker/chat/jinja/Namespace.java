package io.sluice.gpuworker.chat.jinja;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The object that {@code namespace()} returns, whose attributes can be assigned. What is read and
 * written is told to the rendering's {@link Trace}. Lives in one rendering.
 */
final class Namespace implements Value {
  private final Map<String, Value> attributes;
  private final Trace trace;
  private final int number;

  /** Creates the object; it is the next one of the rendering. */
  Namespace(Map<String, Value> attributes, Trace trace) {
    this.attributes = new LinkedHashMap<>(attributes);
    this.trace = trace;
    this.number = trace.created(this);
  }

  /** How many namespaces the rendering created before this one. */
  int number() {
    return number;
  }

  /** The value of an attribute. */
  Optional<Value> get(String name) {
    trace.recording().ifPresent(record -> record.reads(this, name));
    return peek(name);
  }

  /** The value of an attribute, without this being noted. */
  Optional<Value> peek(String name) {
    return Optional.ofNullable(attributes.get(name));
  }

  /** Assigns an attribute. */
  void set(String name, Value value) {
    trace.recording().ifPresent(record -> record.writes(this, name, value));
    attributes.put(name, value);
  }

  /** All attributes, in the order in which they were created. */
  Map<String, Value> attributes() {
    trace.recording().ifPresent(LoopRecord::end);
    return Collections.unmodifiableMap(attributes);
  }

  @Override
  public String type() {
    return "Namespace";
  }
}
