package io.sluice.schemas.message;

import io.sluice.schemas.Message;
import java.util.List;

/** Makes turns, and says what distinguishes one turn from another. */
public final class Messages {
  /** No role contains a space, so this never reads like the role of a turn that is learnt. */
  private static final String MASKED = " masked";

  private Messages() {}

  /** Returns a turn that is learnt if it is the assistant's. */
  public static Message of(String role, String content) {
    return new Message(role, content, true);
  }

  /**
   * Returns the texts by which a turn enters a hash: two turns have the same texts exactly if they
   * are the same turn. Those of a turn that is learnt are its role and its content, as in version
   * 0.1, so that hashes of such examples stay as they were.
   */
  public static List<String> identity(Message message) {
    String role = message.getLearn() ? message.getRole() : message.getRole() + MASKED;
    return List.of(role, message.getContent());
  }
}
