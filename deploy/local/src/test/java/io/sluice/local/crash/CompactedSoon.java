package io.sluice.local.crash;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Settings that roll and compact logs all the time, as otherwise happens only over months. */
public final class CompactedSoon {
  private static final Map<String, String> OF_TOPICS =
      Map.of("segment.ms", "3000", "min.cleanable.dirty.ratio", "0.01");

  private CompactedSoon() {}

  /** Alters a topic, and how often each of the brokers looks for something to compact. */
  public static void alter(Admin admin, String topic, List<String> brokers)
      throws InterruptedException, ExecutionException {
    alter(admin, ConfigResource.Type.TOPIC, topic, OF_TOPICS);
    for (String broker : brokers) {
      alter(admin, ConfigResource.Type.BROKER, broker, Map.of("log.cleaner.backoff.ms", "1000"));
    }
  }

  /** Options of the streams-app with the same settings for its internal topics. */
  static Stream<String> options() {
    return OF_TOPICS.entrySet().stream()
        .map(each -> "--set=topic." + each.getKey() + "=" + each.getValue());
  }

  private static void alter(
      Admin admin, ConfigResource.Type type, String name, Map<String, String> settings)
      throws InterruptedException, ExecutionException {
    List<AlterConfigOp> changes =
        settings.entrySet().stream()
            .map(each -> new ConfigEntry(each.getKey(), each.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), changes)).all().get();
  }
}
