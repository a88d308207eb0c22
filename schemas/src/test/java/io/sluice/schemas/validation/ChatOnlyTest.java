package io.sluice.schemas.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatOnlyTest {
  @Test
  void givenToolsCallsTheirResultsOrThoughts_whenAsked_thenEachIsNamed() {
    assertThat(
            ChatOnly.parts(
                List.of(
                    Messages.of("user", "u"),
                    new Message(
                        "assistant",
                        "",
                        true,
                        "{\"content\":null,\"tool_calls\":[{\"name\":\"f\"}],\"thinking\":\"t\"}"),
                    Messages.of("tool", "4")),
                "[{\"name\":\"f\"}]"))
        .containsExactly(
            "tools", "tool_calls of message 2", "thinking of message 2", "role tool of message 3");
  }

  @Test
  void givenTurnsWithContentOnly_whenAsked_thenNothingIsNamed() {
    assertThat(
            ChatOnly.parts(
                List.of(
                    Messages.of("system", "s"),
                    Messages.of("user", "u"),
                    new Message("assistant", "", true, "{\"content\":null}"),
                    Messages.of("assistant", "a", false)),
                ""))
        .isEmpty();
  }
}
