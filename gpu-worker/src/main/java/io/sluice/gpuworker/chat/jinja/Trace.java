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
  private final boolean mayRecord;
  private final Optional<Source> source;
  private final Map<Statement.For, List<LoopRecord>> records;
  private final Map<Statement.For, Integer> visits = new IdentityHashMap<>();
  private final Map<Integer, Namespace> namespaces = new HashMap<>();
  private int created;
  private int recorded;
  private Optional<LoopRecord> recording = Optional.empty();

  private Trace(
      List<Value> messages,
      int visible,
      boolean mayRecord,
      Optional<Source> source,
      Map<Statement.For, List<LoopRecord>> records) {
    this.messages = messages;
    this.visible = visible;
    this.mayRecord = mayRecord;
    this.source = source;
    this.records = records;
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
    return new Trace(messages, messagesNow, false, Optional.of(source), records);
  }

  int visible() {
    return visible;
  }

  Value message(int index) {
    return messages.get(index);
  }

  /** What is being recorded at present. */
  Optional<LoopRecord> recording() {
    return recording;
  }

  /** Notes that the rendering would go on differently with fewer messages than so many. */
  void needs(int messageCount) {
    recording.ifPresent(record -> record.needs(messageCount));
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
   * @param record where the loop is recorded, if it is
   */
  record Passage(int first, Optional<LoopRecord> record) {
    private static final Passage WHOLE = new Passage(0, Optional.empty());
  }

  /** Begins a loop over messages, which {@link #leave} must follow. */
  Passage enter(Statement.For loop, MessageView view, Frame frame, Output out) {
    if (recording.isPresent() || !out.isOutermost() || !view.isForward()) {
      return Passage.WHOLE;
    }
    if (mayRecord) {
      recorded++;
      LoopRecord record = new LoopRecord(view, frame.scope(), recorded, created, out.length());
      records.computeIfAbsent(loop, statement -> new ArrayList<>()).add(record);
      recording = Optional.of(record);
      return new Passage(0, recording);
    }
    int visit = visits.merge(loop, 1, Integer::sum) - 1;
    List<LoopRecord> known = records.getOrDefault(loop, List.of());
    return visit < known.size() ? skip(known.get(visit), view, frame, out) : Passage.WHOLE;
  }

  private Passage skip(LoopRecord record, MessageView view, Frame frame, Output out) {
    int iterations = record.reach(view, frame);
    if (iterations > 0) {
      record.replay(iterations, this);
      created = record.created(iterations);
      out.splice(source.orElseThrow(), record.begin(), record.end(iterations));
    }
    return new Passage(iterations, Optional.empty());
  }

  /** Notes that the body of a loop has run for another element. */
  void iterated(Passage passage, Output out) {
    passage.record().ifPresent(record -> record.iterated(out.length(), created));
  }

  /** Ends a loop. */
  void leave(Passage passage) {
    if (passage.record().isPresent()) {
      recording = Optional.empty();
    }
  }
}
