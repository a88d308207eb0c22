package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.exactlyonce.StartOffsets;
import io.sluice.streams.nominate.PartitionInMemory;
import io.sluice.streams.select.OpenPartitions;
import io.sluice.streams.select.ServedSubsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyDescription.Source;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that no source of the topology begins anywhere but at the committed offset. */
class StartsTest {
  @TempDir private Path folder;

  @Test
  void givenTheTopology_whenItsTasksAreSetUp_thenTheStartOfEverySourceIsChecked() {
    StreamsAppConfig config =
        new StreamsAppConfig(
            Map.of(
                "bootstrap.servers",
                "127.0.0.1:1",
                "schema.registry.url",
                "mock://starts",
                "state.dir",
                folder.toString()));
    Set<String> begun = new TreeSet<>();
    StartOffsets recorded = (TopicPartition partition) -> begun.add(partition.topic());
    Topology topology =
        SelectionTopology.build(
            config,
            1,
            1,
            new OpenPartitions(),
            ServedSubsets.withinMemory(),
            new PartitionInMemory(1),
            recorded);
    Properties properties = new Properties();
    properties.putAll(config.kafkaStreams());
    String internal = config.kafkaStreams().get("application.id") + "-";

    Map<String, Set<String>> successors = new TreeMap<>();
    for (TopologyDescription.Subtopology each : topology.describe().subtopologies()) {
      each.nodes().stream()
          .flatMap(node -> node instanceof Source source ? Stream.of(source) : Stream.empty())
          .forEach(
              source ->
                  successors.put(
                      String.join(",", source.topicSet()),
                      source.successors().stream()
                          .map(TopologyDescription.Node::name)
                          .collect(Collectors.toSet())));
    }
    // The driver sets up all tasks.
    new TopologyTestDriver(topology, properties).close();

    assertThat(successors.values())
        .allSatisfy(names -> assertThat(names).singleElement().asString().startsWith("start-"));
    assertThat(begun)
        .isEqualTo(
            successors.keySet().stream()
                .map(topic -> topic.endsWith("-repartition") ? internal + topic : topic)
                .collect(Collectors.toCollection(TreeSet::new)));
  }
}
