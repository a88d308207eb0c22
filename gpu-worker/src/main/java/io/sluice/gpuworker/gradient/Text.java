package io.sluice.gpuworker.gradient;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.util.List;

/** The text of an example, in one of three forms, which differ in the part that is learnt. */
public sealed interface Text permits Text.Conversation, Text.Question, PromptAnswer {
  /**
   * A conversation of which all assistant messages are learnt, as for a candidate.
   *
   * @param messages the messages, in order
   * @param tools definitions of the tools that the model may call, as a JSON array; empty when
   *     there are none
   */
  record Conversation(List<Message> messages, String tools) implements Text {
    /** Takes an unmodifiable copy of the list. */
    public Conversation {
      messages = List.copyOf(messages);
    }

    /** The conversation of a candidate. */
    public static Conversation of(Candidate candidate) {
      return new Conversation(candidate.getMessages(), candidate.getTools());
    }

    /** The conversation of an example that a job trains on. */
    public static Conversation of(DatasetRecord example) {
      return new Conversation(example.getMessages(), example.getTools());
    }
  }

  /**
   * A conversation of which only the last message is learnt, as for a query.
   *
   * @param messages the messages, in order
   * @param tools definitions of the tools that the model may call, as a JSON array; empty when
   *     there are none
   */
  record Question(List<Message> messages, String tools) implements Text {
    /** Takes an unmodifiable copy of the list. */
    public Question {
      messages = List.copyOf(messages);
    }

    /** The question of a query. */
    public static Question of(Query query) {
      return new Question(query.getMessages(), query.getTools());
    }
  }
}
