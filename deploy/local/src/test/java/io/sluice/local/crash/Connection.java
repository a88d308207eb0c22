package io.sluice.local.crash;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.AvroSerdes;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * How to reach a Kafka and its schema registry.
 *
 * @param settings as in the file for {@code --config}: addresses, and what a secured cluster needs
 */
public record Connection(Map<String, String> settings) {
  /** Reads the file for {@code --config}. */
  static Connection read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    Map<String, String> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return new Connection(settings);
  }

  /** Writes the file for {@code --config}, and returns it. */
  Path write(Path file) throws IOException {
    Properties properties = new Properties();
    properties.putAll(settings);
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
    return file;
  }

  /** Settings of a client of Kafka, with further ones that only this client needs. */
  Map<String, Object> client(Map<String, String> more) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(more);
    return all;
  }

  AvroSerdes serdes() {
    return KafkaAccess.of(settings).serdes();
  }
}
