package io.sluice.schemas.validation;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.util.ArrayList;
import java.util.List;

/**
 * What only the text form {@code chat} has a place for. An example that has any of it is refused by
 * the form {@code reference}.
 */
public final class ChatOnly {
  private static final String TOOL = "tool";

  private ChatOnly() {}

  /** Whether a candidate can only be represented in the text form {@code chat}. */
  public static boolean isNeededFor(Candidate candidate) {
    return !parts(candidate.getMessages(), candidate.getTools()).isEmpty();
  }

  /**
   * Names the parts of an example that need the text form {@code chat}, such as "tool_calls of
   * message 2"; empty when there are none.
   *
   * @param tools the definitions of the tools as a JSON array; empty when there are none
   */
  public static List<String> parts(List<Message> messages, String tools) {
    List<String> names = new ArrayList<>();
    if (!tools.isEmpty()) {
      names.add("tools");
    }
    for (int turn = 0; turn < messages.size(); turn++) {
      if (messages.get(turn).getRole().equals(TOOL)) {
        names.add("role tool of message " + (turn + 1));
      }
      for (String field : Messages.extraFields(messages.get(turn))) {
        names.add(ForeignText.name(field) + " of message " + (turn + 1));
      }
    }
    return names;
  }
}
