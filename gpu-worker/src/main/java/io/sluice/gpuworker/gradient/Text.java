package io.sluice.gpuworker.gradient;

import io.sluice.schemas.Message;
import java.util.List;

/** An example as text, in one of the forms in which people have it. */
public sealed interface Text permits Text.Conversation, Text.Question, PromptAnswer {
  /**
   * A conversation of which all assistant turns are learnt, as of a candidate.
   *
   * @param messages its turns
   */
  record Conversation(List<Message> messages) implements Text {
    /** Copies the list. */
    public Conversation {
      messages = List.copyOf(messages);
    }
  }

  /**
   * A conversation of which the last turn alone is learnt, as of a query.
   *
   * @param messages its turns
   */
  record Question(List<Message> messages) implements Text {
    /** Copies the list. */
    public Question {
      messages = List.copyOf(messages);
    }
  }
}
