package io.sluice.gpuworker.launch;

import io.sluice.schemas.validation.ForeignText;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The last lines of the file that a program's output is appended to, as others may read them:
 * without secrets and without control characters. Of a line that the program has drawn over, such
 * as a progress bar, only the last state is shown. Not thread-safe.
 */
final class OutputEnd {
  private static final int READ_BYTES = 16_384;
  private static final int MOST_LINES = 40;
  private static final int MOST_CHARACTERS = 4000;
  private static final int MOST_OF_A_LINE = 500;

  /** What moves the cursor of a terminal, or gives text a colour. */
  private static final Pattern TERMINAL = Pattern.compile("\u001B\\[[0-9;?]*[ -/]*[@-~]");

  private static final Pattern FIRST_LINE_END = Pattern.compile("[\\r\\n]");

  private final Path file;
  private final Secrets secrets;
  private long seenBytes;

  OutputEnd(Path file, Secrets secrets) {
    this.file = file;
    this.secrets = secrets;
  }

  /**
   * The lines, if the file has changed since the last call.
   *
   * @return empty as well when the file cannot be read: a training does not depend on it
   */
  Optional<String> changed() {
    try {
      long bytes = Files.size(file);
      if (bytes == seenBytes) {
        return Optional.empty();
      }
      seenBytes = bytes;
      return Optional.of(lines());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * At most 40 lines and 4000 characters.
   *
   * @throws IOException when the file cannot be read
   */
  String lines() throws IOException {
    Deque<String> last = new ArrayDeque<>();
    int characters = 0;
    String[] all = secrets.removedFrom(text()).strip().split("\n");
    for (int i = all.length - 1; i >= 0 && last.size() < MOST_LINES; i--) {
      String line = shown(all[i]);
      characters += line.length() + 1;
      if (characters > MOST_CHARACTERS) {
        break;
      }
      last.addFirst(line);
    }
    return String.join("\n", last);
  }

  private static String shown(String line) {
    String state = line.stripTrailing();
    return ForeignText.shown(state.substring(state.lastIndexOf('\r') + 1), MOST_OF_A_LINE);
  }

  private String text() throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long begin = Math.max(0, in.length() - READ_BYTES);
      in.seek(begin);
      byte[] bytes = new byte[(int) Math.min(READ_BYTES, in.length() - begin)];
      in.readFully(bytes);
      String text = TERMINAL.matcher(new String(bytes, StandardCharsets.UTF_8)).replaceAll("");
      // Half of a line could hold half of a secret, which nobody would recognize.
      return begin == 0 ? text : withoutFirstLine(text);
    }
  }

  private static String withoutFirstLine(String text) {
    String[] parts = FIRST_LINE_END.split(text, 2);
    return parts.length == 2 ? parts[1] : "";
  }
}
