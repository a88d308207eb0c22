package io.sluice.gpuworker.gradient;

import io.sluice.schemas.Message;
import java.util.List;

/** The text of an example, in one of three forms, which differ in the part that is learnt. */
public sealed interface Text permits Text.Conversation, Text.Question, PromptAnswer {
  /**
   * A conversation of which all assistant messages are learnt, as for a candidate.
   *
   * @param messages the messages, in order
   */
  record Conversation(List<Message> messages) implements Text {
    /** Takes an unmodifiable copy of the list. */
    public Conversation {
      messages = List.copyOf(messages);
    }
  }

  /**
   * A conversation of which only the last message is learnt, as for a query.
   *
   * @param messages the messages, in order
   */
  record Question(List<Message> messages) implements Text {
    /** Takes an unmodifiable copy of the list. */
    public Question {
      messages = List.copyOf(messages);
    }
  }
}
