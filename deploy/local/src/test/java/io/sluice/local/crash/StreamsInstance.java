package io.sluice.local.crash;

import io.sluice.local.cli.Sluice;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.process.FreePort;
import io.sluice.local.process.RestartableProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * An instance of the streams-app that can be killed.
 *
 * @param process not started yet
 * @param api a client of its HTTP API
 * @param state its state directory
 */
public record StreamsInstance(RestartableProcess process, ApiClient api, Path state) {
  /**
   * Describes an instance, on a free port.
   *
   * @param folder for its log
   * @param state its state directory
   * @param connection the file for {@code --config}
   * @param options of the command, beside those that every instance gets
   */
  public static StreamsInstance of(
      String name, Path folder, Path state, Path connection, List<String> options) {
    int port = FreePort.next();
    Stream<String> own =
        Stream.of(
            "streams", "--config=" + connection, "--state-dir=" + state, "--http-port=" + port);
    List<String> args =
        Stream.of(own, CompactedSoon.options(), options.stream()).flatMap(part -> part).toList();
    return new StreamsInstance(
        new RestartableProcess(name, folder, Sluice.class, args),
        new ApiClient(URI.create("http://127.0.0.1:" + port)),
        state);
  }

  /** Whether the instance reports that it is ready. */
  boolean isReady() {
    try {
      return api.get("/health/ready").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Deletes the state directory of an instance that is killed. */
  public void wipe() throws IOException {
    Utils.delete(state.toFile());
  }
}
