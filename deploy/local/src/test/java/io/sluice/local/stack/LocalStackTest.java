package io.sluice.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.connection.LocalStackFile;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class LocalStackTest {
  @Test
  void givenARunningStack_whenClosed_thenNoProcessRemainsAndTheDirectoryIsUnlocked(
      @TempDir Path directory) throws Exception {
    LocalStack.Settings settings =
        LocalStack.Settings.in(directory, RegistryProcess.distribution());
    ProcessHandle registry;
    try (LocalStack stack = LocalStack.start(settings)) {
      registry = stack.registryProcess();
      assertThat(announced(directory))
          .containsEntry("bootstrap.servers", stack.bootstrapServers())
          .containsEntry("schema.registry.url", stack.schemaRegistryUrl());
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
        assertThat(admin.listTopics().names().get())
            .contains(Topics.withDefaultPrefix().candidates());
      }
      assertThatThrownBy(() -> LocalStack.start(settings))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("another stack runs in " + directory);
    }

    assertThat(registry.isAlive()).isFalse();
    assertThat(LocalStackFile.in(directory).path()).doesNotExist();
    try (DirectoryLock lock = DirectoryLock.acquire(directory)) {
      assertThat(lock).isNotNull();
    }
  }

  @Test
  void givenABrokerPortInUse_whenStarted_thenNoProcessRemains(@TempDir Path directory)
      throws Exception {
    List<ProcessHandle> before = ProcessHandle.current().children().toList();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      LocalStack.Settings settings =
          new LocalStack.Settings(
              directory,
              taken.getLocalPort(),
              0,
              RegistryProcess.distribution(),
              Topics.withDefaultPrefix(),
              TopicSetup.SINGLE_NODE,
              RecordLimit.byDefault());

      assertThatThrownBy(() -> LocalStack.start(settings))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("port " + taken.getLocalPort());
    }

    assertThat(ProcessHandle.current().children().toList()).isSubsetOf(before);
    assertThat(LocalStackFile.in(directory).path()).doesNotExist();
  }

  private static Properties announced(Path directory) throws Exception {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(LocalStackFile.in(directory).path())) {
      properties.load(reader);
    }
    return properties;
  }
}
