package io.sluice.gpuworker.chat.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One conversation, rendered up to several of its messages, each time with the result that {@link
 * Template#render} would have. The first rendering with and the first without the generation prompt
 * record how the template goes through the messages. Later ones of fewer messages run what is
 * before and behind the loops over messages, and the iterations in which something else would
 * happen; of the others they take over the text. Used by one thread.
 */
public final class Renderings {
  /**
   * A rendering that was recorded.
   *
   * @param messages how many messages it had
   */
  private record Recorded(int messages, Trace trace, Source source) {}

  private final List<Statement> statements;
  private final Map<String, JsonNode> arguments;
  private final List<? extends JsonNode> conversation;
  private final LocalDateTime now;
  private final Map<String, Value> variables = new HashMap<>();
  private final List<Value> messages = new ArrayList<>();
  private final Map<Boolean, Recorded> recorded = new HashMap<>();
  private Optional<Source> whole = Optional.empty();
  private boolean converted;

  Renderings(
      List<Statement> statements,
      Map<String, JsonNode> arguments,
      List<? extends JsonNode> conversation,
      LocalDateTime now) {
    this.statements = statements;
    this.arguments = arguments;
    this.conversation = conversation;
    this.now = now;
  }

  /**
   * Renders the first messages. It takes the least time if the first call is for the most messages.
   *
   * @param work counts what the rendering uses; new for each rendering
   * @throws RenderException when the template raises an error, Python would, or a limit is exceeded
   */
  public SharedText render(int messageCount, boolean generationPrompt, Work work) {
    convert(work);
    Optional<Recorded> known = Optional.ofNullable(recorded.get(generationPrompt));
    return known.isPresent()
        ? shortened(known.get(), messageCount, generationPrompt, work)
        : recorded(messageCount, generationPrompt, work);
  }

  private SharedText shortened(Recorded known, int messageCount, boolean prompt, Work work) {
    Trace trace =
        messageCount <= known.messages()
            ? known.trace().shortened(messageCount, known.source())
            : Trace.recording(messages, messageCount);
    Output out = Output.outermost(work);
    run(trace, prompt, out, work);
    return out.shared();
  }

  private SharedText recorded(int messageCount, boolean prompt, Work work) {
    Trace trace = Trace.recording(messages, messageCount);
    Output out = Output.outermost(work);
    try {
      run(trace, prompt, out, work);
    } catch (RenderException e) {
      // What was recorded up to here is good for shorter renderings that do not fail.
      record(messageCount, prompt, trace, out.text());
      throw e;
    }
    return SharedText.of(record(messageCount, prompt, trace, out.text()));
  }

  private void run(Trace trace, boolean prompt, Output out, Work work) {
    work.follow(trace);
    Statement.runAll(statements, new Frame(scope(trace, prompt), work), out);
  }

  private Source record(int messageCount, boolean prompt, Trace trace, String text) {
    Source source =
        whole.map(first -> Source.beside(first, text)).orElseGet(() -> Source.whole(text));
    whole = whole.or(() -> Optional.of(source));
    recorded.put(prompt, new Recorded(messageCount, trace, source));
    return source;
  }

  private void convert(Work work) {
    if (!converted) {
      messages.clear();
      variables.put("strftime_now", Globals.clock(now));
      arguments.forEach((name, json) -> variables.put(name, JsonValues.value(json, work)));
      conversation.forEach(message -> messages.add(JsonValues.value(message, work)));
      converted = true;
    }
  }

  private Scope scope(Trace trace, boolean generationPrompt) {
    Map<String, Value> all = new HashMap<>(variables);
    all.put("messages", Value.Sequence.list(MessageView.of(trace)));
    all.put("add_generation_prompt", Value.of(generationPrompt));
    return Scope.outermost(all).inner(0);
  }
}
