package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.process.SluiceProcess;
import io.sluice.schemas.connection.LocalStackFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sluice up} as a process: the state that it leaves behind when it is interrupted or killed.
 */
@Tag("broker")
class UpProcessTest {
  private static final String READY = "Ctrl-C stops";

  @TempDir private Path folder;

  @Test
  void givenUp_whenInterrupted_thenItAndTheRegistryEnd() throws Exception {
    Path data = folder.resolve("data");
    try (SluiceProcess up = SluiceProcess.start(folder, "up", "--data", data.toString())) {
      List<ProcessHandle> children = up.awaitLine(READY);

      up.interrupt();

      assertThat(up.exitCode()).isEqualTo(130);
      assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
      assertThat(LocalStackFile.in(data).path()).doesNotExist();
    }
  }

  @Test
  void givenUp_whenKilled_thenTheRegistryEndsAndTheNextStartWorks() throws Exception {
    Path data = folder.resolve("data");
    try (SluiceProcess killed = SluiceProcess.start(folder, "up", "--data", data.toString())) {
      List<ProcessHandle> children = killed.awaitLine(READY);

      killed.process().destroyForcibly();

      assertThat(children).isNotEmpty();
      for (ProcessHandle child : children) {
        child.onExit().get(10, TimeUnit.SECONDS);
      }
    }
    try (SluiceProcess next = SluiceProcess.start(folder, "up", "--data", data.toString())) {
      assertThat(next.awaitLine(READY)).isNotEmpty();
    }
  }

  @Test
  void givenUpWithAll_whenInterrupted_thenAllOfItEndsAndTheDataAreKept() throws Exception {
    Path data = folder.resolve("data");
    String[] up = {"up", "--all", "--http-port", "0", "--data", data.toString()};
    try (SluiceProcess first = SluiceProcess.start(folder, up)) {
      URI page = page(first);
      ApiClient api = new ApiClient(page);
      api.await("/api/tasks/json", answer -> full(answer, 200));
      api.await("/api/jobs?task=json", answer -> state(answer).equals("finished"));
      List<ProcessHandle> children = first.awaitLine(READY);

      first.interrupt();

      assertThat(first.exitCode()).isEqualTo(130);
      assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    }
    try (SluiceProcess next = SluiceProcess.start(folder, up)) {
      ApiClient api = new ApiClient(page(next));
      JsonNode task = api.await("/api/tasks/json", answer -> full(answer, 200)).json();
      assertThat(task.path("revision").asInt()).as("nothing was sent again").isEqualTo(1);
    }
  }

  private static URI page(SluiceProcess up) {
    String line = up.awaitText("The page to look at: ");
    String address = line.substring(line.indexOf("http"));
    return URI.create(address.substring(0, address.length() - 1));
  }

  private static boolean full(ApiClient.Answer answer, int budget) {
    return answer.status() == 200
        && answer.json().path("pool").asInt() == 3000
        && answer.json().path("selected").asInt() == budget;
  }

  private static String state(ApiClient.Answer answer) {
    return answer.json().path("jobs").path(0).path("state").asText();
  }
}
