package io.sluice.local.stack;

import io.sluice.schemas.topic.Topics.TopicSpec;
import java.util.Map;

/**
 * A topic as it was found on a cluster.
 *
 * @param spec what Sluice uses the topic for
 * @param partitions number of its partitions
 * @param replicas the smallest number of replicas that one of its partitions has
 * @param config the values that hold for the topic, the defaults of the brokers included
 */
record ExistingTopic(TopicSpec spec, int partitions, int replicas, Map<String, String> config) {
  ExistingTopic {
    config = Map.copyOf(config);
  }

  String name() {
    return spec.name();
  }
}
