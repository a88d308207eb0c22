package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one rendering goes through the messages: it records this for later renderings of fewer
 * messages, or is shortened by what an earlier one recorded, or neither. Used by one thread.
 */
final class Trace {
  private final List<Value> messages;
  private final int visible;
  private final boolean records;
  private final Optional<Source> source;
  private final Map<Statement.For, List<Trail>> trails;
  private final Map<Statement.For, Integer> visits = new IdentityHashMap<>();
  private final Map<Integer, Namespace> namespaces = new HashMap<>();
  private int created;
  private int recorded;
  private Optional<Trail> recording = Optional.empty();

  private Trace(
      List<Value> messages,
      int visible,
      boolean records,
      Optional<Source> source,
      Map<Statement.For, List<Trail>> trails) {
    this.messages = messages;
    this.visible = visible;
    this.records = records;
    this.source = source;
    this.trails = trails;
  }

  /** Of a rendering that stands alone. */
  static Trace none() {
    return new Trace(List.of(), 0, false, Optional.empty(), Map.of());
  }

  /**
   * Of a rendering that records.
   *
   * @param messages all messages of the conversation
   * @param visible how many of them are rendered
   */
  static Trace recording(List<Value> messages, int visible) {
    return new Trace(messages, visible, true, Optional.empty(), new IdentityHashMap<>());
  }

  /**
   * Of a rendering of as many messages, or fewer, than this one recorded.
   *
   * @param source the text that this one wrote
   */
  Trace shortened(int messagesNow, Source source) {
    return new Trace(messages, messagesNow, false, Optional.of(source), trails);
  }

  int visible() {
    return visible;
  }

  Value message(int index) {
    return messages.get(index);
  }

  /** What is being recorded at present. */
  Optional<Trail> recording() {
    return recording;
  }

  /** Notes that the rendering would go on differently with fewer messages than so many. */
  void needs(int messageCount) {
    recording.ifPresent(trail -> trail.needs(messageCount));
  }

  /** Tells the scopes that are created within a recorded loop from others; 0 outside of one. */
  int era() {
    return recording.isPresent() ? recorded : 0;
  }

  /** Notes a new namespace, and returns its number. */
  int created(Namespace namespace) {
    namespaces.put(created, namespace);
    return created++;
  }

  /** How many namespaces there are. */
  int created() {
    return created;
  }

  Optional<Namespace> namespace(int number) {
    return Optional.ofNullable(namespaces.get(number));
  }

  Optional<Value> find(Scope scope, String name) {
    return recording.isPresent() ? recording.get().find(scope, name) : scope.find(name);
  }

  /**
   * A loop over messages that has begun.
   *
   * @param first the first element that is to be visited: those before it are accounted for
   * @param trail where the loop is recorded, if it is
   */
  record Passage(int first, Optional<Trail> trail) {
    private static final Passage WHOLE = new Passage(0, Optional.empty());
  }

  /** Begins a loop over messages, which {@link #leave} must follow. */
  Passage enter(Statement.For loop, MessageView view, Frame frame, Output out) {
    if (recording.isPresent() || !out.isOutermost() || !view.isForward()) {
      return Passage.WHOLE;
    }
    if (records) {
      recorded++;
      Trail trail = new Trail(view, frame.scope(), recorded, created, out.length());
      trails.computeIfAbsent(loop, statement -> new ArrayList<>()).add(trail);
      recording = Optional.of(trail);
      return new Passage(0, recording);
    }
    int visit = visits.merge(loop, 1, Integer::sum) - 1;
    List<Trail> known = trails.getOrDefault(loop, List.of());
    return visit < known.size() ? skip(known.get(visit), view, frame, out) : Passage.WHOLE;
  }

  private Passage skip(Trail trail, MessageView view, Frame frame, Output out) {
    int iterations = trail.reach(view, frame);
    if (iterations > 0) {
      trail.replay(iterations, this);
      created = trail.created(iterations);
      out.splice(source.orElseThrow(), trail.begin(), trail.end(iterations));
    }
    return new Passage(iterations, Optional.empty());
  }

  /** Notes that the body of a loop has run for another element. */
  void iterated(Passage passage, Output out) {
    passage.trail().ifPresent(trail -> trail.iterated(out.length(), created));
  }

  /** Ends a loop. */
  void leave(Passage passage) {
    if (passage.trail().isPresent()) {
      recording = Optional.empty();
    }
  }
}
