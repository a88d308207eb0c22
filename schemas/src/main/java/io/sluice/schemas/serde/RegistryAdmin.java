package io.sluice.schemas.serde;

import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;

/**
 * Administers a schema registry: for whoever runs one. Clients of the topics need only {@link
 * AvroSerdes}.
 *
 * <p>Each method asks the registry and blocks until it answers.
 */
public final class RegistryAdmin implements AutoCloseable {
  private final CachedSchemaRegistryClient client;

  /**
   * Opens a client; nothing is asked yet.
   *
   * @param url the address of a registry with Confluent's API that asks for no credentials
   */
  public RegistryAdmin(String url) {
    // No schema is looked up here, so that the cache need not hold any.
    this.client = new CachedSchemaRegistryClient(url, 1);
  }

  /** Returns whether the registry answers requests. */
  public boolean serves() {
    try {
      client.getAllSubjects();
      return true;
    } catch (IOException | RestClientException e) {
      return false;
    }
  }

  /**
   * Sets which new versions of a schema the registry accepts, for every subject that has no rule of
   * its own.
   *
   * @param level a compatibility level of Confluent's API, for example {@code BACKWARD_TRANSITIVE}
   * @return the level that the registry has afterwards
   * @throws IOException when the registry does not answer or refuses the level
   */
  public String setCompatibility(String level) throws IOException {
    try {
      client.updateCompatibility(null, level);
      return client.getCompatibility(null);
    } catch (RestClientException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Closes the connections to the registry. */
  @Override
  public void close() throws IOException {
    client.close();
  }
}
