package io.sluice.local.bundled;

import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.util.List;

/**
 * A question of the user and the answer that the assistant should give.
 *
 * @param prompt text of the user's turn
 * @param answer text of the assistant's turn
 */
record Exchange(String prompt, String answer) {
  List<Message> messages() {
    return List.of(Messages.of("user", prompt), Messages.of("assistant", answer));
  }
}
