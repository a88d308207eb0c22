package io.sluice.local.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A script of the folder {@code deploy} that was run in a folder of its own, with stand-ins for the
 * programs that it calls.
 *
 * @param exitCode its exit code
 * @param output what it printed, errors included
 */
public record ScriptRun(int exitCode, String output) {
  /** Writes a program that is a script of bash. */
  public static Path program(Path file, String script) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * Runs a copy of a script.
   *
   * @param name of the script in the folder {@code deploy}
   * @param root a folder whose {@code deploy} gets the copy, and whose {@code bin} has the
   *     stand-ins
   * @param environment variables to set; those of CUDA and of the launcher are not inherited
   */
  public static ScriptRun of(
      String name, Path root, Map<String, String> environment, String... arguments)
      throws IOException {
    Path copy = root.resolve("deploy").resolve(name);
    Files.createDirectories(copy.getParent());
    program(copy, Files.readString(Path.of("..").resolve(name)));
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(Stream.of(copy.toString()), Stream.of(arguments)).toList());
    Map<String, String> variables = builder.environment();
    variables
        .keySet()
        .removeAll(List.of("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "SLUICE_PROFILE"));
    variables.put("PATH", root.resolve("bin") + ":" + variables.get("PATH"));
    variables.putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new ScriptRun(process.onExit().join().exitValue(), output);
  }
}
