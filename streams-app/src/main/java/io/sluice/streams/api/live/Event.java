package io.sluice.streams.api.live;

import java.nio.charset.StandardCharsets;

/**
 * An event for clients.
 *
 * @param name what kind of event it is: lower-case letters and hyphens
 * @param subject what it is about; a newer event of the same kind and subject takes its place while
 *     it waits for a slow client
 * @param data one line of text
 */
public record Event(String name, String subject, String data) {
  /**
   * Checks the texts.
   *
   * @throws IllegalArgumentException when they would not be read as they were meant
   */
  public Event {
    if (!name.matches("[a-z-]+") || data.indexOf('\n') >= 0 || data.indexOf('\r') >= 0) {
      throw new IllegalArgumentException(
          "an event has a plain name, and data of one line: " + name);
    }
  }

  byte[] bytes() {
    return "event: %s\ndata: %s\n\n".formatted(name, data).getBytes(StandardCharsets.UTF_8);
  }
}
