package io.sluice.local.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How a test starts a program on the class path of its own JVM. */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * The command line of a program. Its JVM compiles with the quick compiler only, since tests start
   * many of them and let none run for long.
   *
   * @param temporary where the program keeps temporary files
   * @param options further options of the JVM
   * @param program the main class and its arguments
   */
  static List<String> command(Path temporary, List<String> options, Stream<String> program) {
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + temporary);
    Stream<String> classPath = Stream.of("-cp", System.getProperty("java.class.path"));
    return Stream.of(java, options.stream(), classPath, program).flatMap(part -> part).toList();
  }
}
