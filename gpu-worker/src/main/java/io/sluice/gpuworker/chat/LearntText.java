package io.sluice.gpuworker.chat;

import io.sluice.gpuworker.chat.jinja.Rendered;
import java.util.List;
import java.util.OptionalInt;

/** A conversation as text, with what is learnt of it. */
public sealed interface LearntText {
  /**
   * A text of which something is learnt.
   *
   * @param text the whole text, special tokens included
   * @param learnt the learnt parts, in order, without overlaps
   * @param unlearnt the messages of the assistant that are part of the text but cannot be learnt,
   *     in order
   */
  record Learnable(String text, List<Part> learnt, List<Unlearnt> unlearnt) implements LearntText {
    /** Takes unmodifiable copies of the lists. */
    public Learnable {
      learnt = List.copyOf(learnt);
      unlearnt = List.copyOf(unlearnt);
    }
  }

  /**
   * A learnt part.
   *
   * @param message the index of the message; absent if the template marks the part, and marks more
   *     or fewer parts than there are messages of the assistant
   * @param span where it is in the text
   */
  record Part(OptionalInt message, Rendered.Span span) {}

  /**
   * A message that is not learnt.
   *
   * @param message the index of the message
   * @param reason why not
   */
  record Unlearnt(int message, Reason reason) {}

  /** Why a message cannot be learnt although it is the assistant's. */
  enum Reason {
    /** The text up to the answer is not the beginning of the text with the answer. */
    NOT_A_PREFIX("the prompt that the template gives to the model is not how the text begins"),
    /** The template refuses the messages before this one. */
    PREFIX_REFUSED("the template refuses the messages before it"),
    /** The template refuses the conversation that ends with this message. */
    TURN_REFUSED("the template refuses the conversation that ends with it"),
    /** Later messages change how the conversation up to this message is written. */
    CHANGED_LATER("the messages after it change how the template writes it");

    private final String description;

    Reason(String description) {
      this.description = description;
    }

    /** For people: the second half of a sentence. */
    public String description() {
      return description;
    }
  }

  /**
   * Nothing can be learnt of the conversation.
   *
   * @param reason for people
   */
  record Refused(String reason) implements LearntText {}
}
