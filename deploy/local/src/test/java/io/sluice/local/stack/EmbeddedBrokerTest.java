package io.sluice.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class EmbeddedBrokerTest {
  @Test
  void givenABrokerWithRecords_whenStartedAgain_thenPortClusterAndRecordsAreTheSame(
      @TempDir Path directory) throws Exception {
    String servers;
    String cluster;
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
      servers = broker.bootstrapServers();
      cluster = clusterId(servers);
      produce(servers, "kept");
    }

    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
      assertThat(broker.bootstrapServers()).isEqualTo(servers).startsWith("127.0.0.1:");
      assertThat(clusterId(servers)).isEqualTo(cluster);
      assertThat(consume(servers)).containsExactly("kept");
    }
  }

  @Test
  void givenAPortInUse_whenStarted_thenTheErrorNamesThePort(@TempDir Path directory)
      throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> EmbeddedBroker.start(directory, taken.getLocalPort()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("choose another port");
    }
  }

  private static String clusterId(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      return admin.describeCluster().clusterId().get();
    }
  }

  private static void produce(String servers, String value) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", servers);
    try (Admin admin = Admin.create(config)) {
      admin.createTopics(List.of(new NewTopic("topic", 1, (short) 1))).all().get();
    }
    var strings = new StringSerializer();
    try (var producer = new KafkaProducer<>(config, strings, strings)) {
      producer.send(new ProducerRecord<>("topic", value)).get();
    }
  }

  private static List<String> consume(String servers) {
    var strings = new StringDeserializer();
    Map<String, Object> config = Map.of("bootstrap.servers", servers);
    try (var consumer = new KafkaConsumer<>(config, strings, strings)) {
      var partition = new TopicPartition("topic", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return consumer.poll(Duration.ofSeconds(10)).records(partition).stream()
          .map(r -> r.value())
          .toList();
    }
  }
}
