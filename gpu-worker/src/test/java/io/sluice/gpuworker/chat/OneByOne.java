package io.sluice.gpuworker.chat;

import io.sluice.gpuworker.chat.LearntText.Reason;
import io.sluice.gpuworker.chat.LearntText.Unlearnt;
import io.sluice.gpuworker.chat.jinja.Rendered;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is learnt by its prompts, by rendering every part of the conversation for itself: the
 * definition, in a time that grows with the square of the turns.
 */
final class OneByOne {
  private OneByOne() {}

  /** What is learnt, or empty if nothing is. */
  static List<Object> learnt(ChatTemplate template, Conversation conversation) {
    int size = conversation.messages().size();
    if (!(template.render(conversation, false) instanceof Rendering.Complete whole)) {
      return List.of();
    }
    List<LearntText.Part> learnt = new ArrayList<>();
    List<Unlearnt> unlearnt = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      if (conversation.isAssistant(i)) {
        answer(template, conversation, i, whole.text(), learnt, unlearnt);
      }
    }
    return learnt.isEmpty() ? List.of() : List.of(whole.text(), learnt, unlearnt);
  }

  private static void answer(
      ChatTemplate template,
      Conversation conversation,
      int message,
      String whole,
      List<LearntText.Part> learnt,
      List<Unlearnt> unlearnt) {
    Rendering before = template.render(conversation.upTo(message), true);
    Rendering after = template.render(conversation.upTo(message + 1), false);
    if (!(before instanceof Rendering.Complete prompt)) {
      unlearnt.add(new Unlearnt(message, Reason.PREFIX_REFUSED));
    } else if (!(after instanceof Rendering.Complete upTo)) {
      unlearnt.add(new Unlearnt(message, Reason.TURN_REFUSED));
    } else if (!upTo.text().startsWith(prompt.text())) {
      unlearnt.add(new Unlearnt(message, Reason.NOT_A_PREFIX));
    } else if (!whole.startsWith(upTo.text())) {
      unlearnt.add(new Unlearnt(message, Reason.CHANGED_LATER));
    } else if (prompt.text().length() < upTo.text().length()) {
      Rendered.Span span = new Rendered.Span(prompt.text().length(), upTo.text().length());
      learnt.add(new LearntText.Part(OptionalInt.of(message), span));
    }
  }

  /** The same form of what a template found. */
  static List<Object> found(LearntText text) {
    return text instanceof LearntText.Learnable found
        ? List.of(found.text(), found.learnt(), found.unlearnt())
        : List.of();
  }
}
