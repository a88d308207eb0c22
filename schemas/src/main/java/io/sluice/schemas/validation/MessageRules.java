package io.sluice.schemas.validation;

import io.sluice.schemas.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The rules that candidates and queries share. */
final class MessageRules {
  static final String ASSISTANT = "assistant";

  private static final Set<String> ROLES = Set.of("system", "user", ASSISTANT);
  private static final int MAX_ID_LENGTH = 256;

  private MessageRules() {}

  /** Problems of an id: 1 to 256 characters, no control characters. */
  static List<String> idProblems(String id) {
    List<String> problems = new ArrayList<>();
    if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      problems.add("id has " + id.length() + " characters: use 1 to " + MAX_ID_LENGTH);
    }
    if (id.chars().anyMatch(Character::isISOControl)) {
      problems.add("id has control characters (such as a tab or a line end): remove them");
    }
    if (!isUnicode(id)) {
      problems.add("id has half a surrogate pair, which is no character");
    }
    return problems;
  }

  /** Problems of turns, whoever must speak: some, of known roles, of real characters. */
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
                + "': use system, user or assistant");
      }
      if (!isUnicode(messages.get(i).getContent())) {
        problems.add("message " + (i + 1) + " has half a surrogate pair, which is no character");
      }
    }
    return problems;
  }

  /** Whether a turn is the assistant's and says something. */
  static boolean answers(Message message) {
    return message.getRole().equals(ASSISTANT) && !message.getContent().isBlank();
  }

  /** Whether a text is all characters, with no half of a surrogate pair among them. */
  static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
