package io.sluice.gpuworker.chat.jinja;

/** Counts what one rendering uses, and ends it when a limit is exceeded. Used by one thread. */
public final class Work {
  /** Characters that are copied or compared in about the time of one evaluation. */
  private static final int CHARACTERS_PER_STEP = 64;

  private final Limits limits;
  private long steps;
  private long characters;
  private int depth;
  private Trace trace = Trace.none();

  /** Begins to count. */
  public Work(Limits limits) {
    this.limits = limits;
  }

  /** The steps that the rendering has used so far. */
  public long used() {
    return steps;
  }

  /** Has the rendering leave a trace; called before it begins. */
  void follow(Trace newTrace) {
    this.trace = newTrace;
  }

  /** How the rendering goes through the messages. */
  Trace trace() {
    return trace;
  }

  /** Counts one evaluation. */
  void step() {
    steps(1);
  }

  /** Counts the elements that an operation processes; called before the operation. */
  void steps(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw RenderException.failed(
          "the template needs more than " + limits.steps() + " steps for this conversation");
    }
  }

  /** Counts characters that an operation reads. */
  void reads(long count) {
    steps(1 + count / CHARACTERS_PER_STEP);
  }

  /** Counts characters of a text before it is built. */
  void builds(long count) {
    reads(count);
    characters += count;
    if (characters > limits.characters()) {
      throw RenderException.failed(
          "the template builds more than "
              + limits.characters()
              + " characters for this conversation");
    }
  }

  /** Counts and returns a text that an operation has built from others of about its length. */
  String built(String text) {
    builds(text.length());
    return text;
  }

  /** Enters one more level of nesting; {@link #leave} must follow. */
  void enter() {
    step();
    depth++;
    if (depth > limits.depth()) {
      throw RenderException.failed(
          "the template or a value is nested deeper than " + limits.depth() + " levels");
    }
  }

  /** Leaves a level of nesting. */
  void leave() {
    depth--;
  }
}
