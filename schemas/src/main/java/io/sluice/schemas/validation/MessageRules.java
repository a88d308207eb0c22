package io.sluice.schemas.validation;

import io.sluice.schemas.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The rules for ids and turns that candidates and queries share. */
final class MessageRules {
  static final String ASSISTANT = "assistant";

  private static final Set<String> ROLES = Set.of("system", "user", ASSISTANT, "tool");
  private static final int MAX_ID_LENGTH = 256;

  private MessageRules() {}

  /** Checks an id: 1 to 256 characters, no control characters. */
  static List<String> idProblems(String id) {
    List<String> problems = new ArrayList<>();
    if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      problems.add("id has " + id.length() + " characters: use 1 to " + MAX_ID_LENGTH);
    }
    if (id.chars().anyMatch(Character::isISOControl)) {
      problems.add("id has control characters (such as a tab or a line break): remove them");
    }
    if (!isUnicode(id)) {
      problems.add("id contains half a surrogate pair, which is not a character");
    }
    return problems;
  }

  /** Checks that there are turns, each with a known role, Unicode text and usable fields. */
  static List<String> turnProblems(List<Message> messages) {
    List<String> problems = new ArrayList<>();
    if (messages.isEmpty()) {
      problems.add("messages is empty");
    }
    for (int i = 0; i < messages.size(); i++) {
      String role = messages.get(i).getRole();
      if (!ROLES.contains(role)) {
        problems.add(
            "message "
                + (i + 1)
                + " has the unknown role '"
                + ForeignText.name(role)
                + "': use system, user, assistant or tool");
      }
      if (!isUnicode(messages.get(i).getContent())) {
        problems.add(
            "message " + (i + 1) + " contains half a surrogate pair, which is not a character");
      }
      for (String problem : ExtraRules.problems(messages.get(i))) {
        problems.add("message " + (i + 1) + ": " + problem);
      }
    }
    return problems;
  }

  /** Whether a turn is the assistant's, has text or tool calls, and is learnt (weight not 0). */
  static boolean isAnswer(Message message) {
    return message.getRole().equals(ASSISTANT)
        && message.getLearn()
        && (!message.getContent().isBlank() || ExtraRules.hasToolCalls(message));
  }

  /** Whether a turn of the assistant has weight 0. */
  static boolean isMaskedAnswer(Message message) {
    return message.getRole().equals(ASSISTANT) && !message.getLearn();
  }

  /** Whether a text is valid Unicode: it contains no unpaired surrogate. */
  static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
