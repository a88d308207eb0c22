package io.sluice.local.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs programs of the machine that change it: they set rules of the network, or mount disks. */
final class Shell {
  private Shell() {}

  /** Whether a program exists and succeeds. */
  static boolean succeeds(String... command) {
    try {
      return output(List.of(command)).exitCode == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a program, which must succeed. */
  static void run(List<String> command) throws IOException {
    Output output = output(command);
    if (output.exitCode != 0) {
      throw new AssertionError("%s: %s".formatted(String.join(" ", command), output.text));
    }
  }

  private static Output output(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Output(process.onExit().join().exitValue(), text.strip());
  }

  private record Output(int exitCode, String text) {}
}
