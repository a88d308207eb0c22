package io.sluice.schemas.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sluice.schemas.Message;
import java.util.ArrayList;
import java.util.List;

/** Makes turns, and defines when two turns or two examples are the same. */
public final class Messages {
  // No role contains a space, so with these a text never reads like the role of another turn.
  private static final String MASKED = " masked";
  private static final String FIELDS = " fields";
  private static final String TOOLS = " tools";

  private Messages() {}

  /** Returns a turn that is learnt if it is the assistant's, and has no further fields. */
  public static Message of(String role, String content) {
    return of(role, content, true);
  }

  /**
   * Returns a turn without further fields.
   *
   * @param learn whether it is learnt if it is the assistant's
   */
  public static Message of(String role, String content, boolean learn) {
    return new Message(role, content, learn, "");
  }

  /**
   * Returns the names of a turn's further fields, in the order in which they were given. A content
   * that is null is none of them.
   *
   * @throws IllegalArgumentException when they are not JSON, which the rules of records exclude
   */
  public static List<String> extraFields(Message message) {
    if (message.getExtra().isEmpty()) {
      return List.of();
    }
    try {
      List<String> names = new ArrayList<>();
      ExactJson.read(message.getExtra()).fieldNames().forEachRemaining(names::add);
      names.remove("content");
      return names;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the further fields of a message are not JSON", e);
    }
  }

  /**
   * Returns the texts by which a turn enters a hash: two turns have the same texts exactly if they
   * are the same turn. Those of a turn that is learnt and has no further fields are its role and
   * its content, as in version 0.1, so that hashes of such examples stay as they were.
   */
  public static List<String> identity(Message message) {
    String role = message.getRole() + (message.getLearn() ? "" : MASKED);
    return message.getExtra().isEmpty()
        ? List.of(role, message.getContent())
        : List.of(role + FIELDS, message.getContent(), message.getExtra());
  }

  /**
   * Returns the texts by which an example enters a hash: those of its turns, and then those of its
   * tools, if there are any. Two examples have the same texts exactly if they have the same turns
   * and tools.
   *
   * @param tools the definitions of the tools as a JSON array; empty when there are none
   */
  public static List<String> identity(List<Message> messages, String tools) {
    List<String> texts = new ArrayList<>();
    messages.forEach(message -> texts.addAll(identity(message)));
    if (!tools.isEmpty()) {
      texts.add(TOOLS);
      texts.add(tools);
    }
    return texts;
  }
}
