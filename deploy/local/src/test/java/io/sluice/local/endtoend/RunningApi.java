package io.sluice.local.endtoend;

import io.sluice.local.kafka.TestKafka;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.config.StreamsAppConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Starts instances of the streams-app with their API on a free port. */
final class RunningApi {
  private RunningApi() {}

  /**
   * Starts an instance, without waiting for it; the caller closes it.
   *
   * @param state its state directory
   * @param more settings beside those of the connection
   */
  static StreamsApp start(TestKafka kafka, Path state, Map<String, String> more) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "schema.registry.url", kafka.schemaRegistry(),
                "topic.prefix", kafka.topics().prefix(),
                "application.id", kafka.topics().prefix() + "streams",
                "state.dir", state.toString(),
                "http.port", "0"));
    settings.putAll(more);
    return StreamsApp.start(new StreamsAppConfig(settings));
  }

  /** A client of an instance, as soon as that is ready. */
  static ApiClient ready(StreamsApp app) {
    ApiClient api = new ApiClient(app.apiAddress().orElseThrow());
    api.await("/health/ready", answer -> answer.status() == 200);
    return api;
  }
}
