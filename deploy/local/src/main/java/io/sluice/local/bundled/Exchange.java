package io.sluice.local.bundled;

import io.sluice.schemas.Message;
import java.util.List;

/**
 * One question and its answer.
 *
 * @param prompt what the user asks
 * @param answer what the assistant should say
 */
record Exchange(String prompt, String answer) {
  List<Message> messages() {
    return List.of(new Message("user", prompt), new Message("assistant", answer));
  }
}
