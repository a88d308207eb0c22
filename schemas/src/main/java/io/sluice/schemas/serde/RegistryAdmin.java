package io.sluice.schemas.serde;

import io.confluent.kafka.schemaregistry.SchemaProvider;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Administers a schema registry, for those who run one. Clients of the topics need only {@link
 * AvroSerdes}.
 *
 * <p>Each method asks the registry and blocks until it answers.
 */
public final class RegistryAdmin implements AutoCloseable {
  private static final int NOT_FOUND = 404;

  private final SchemaRegistryClient client;

  /** The level that holds for a subject. The client's own method does not ask for it. */
  private final Level level;

  /**
   * Opens a client; nothing is asked yet.
   *
   * @param url the address of a registry with Confluent's API that asks for no credentials
   */
  public RegistryAdmin(String url) {
    this(Map.of("schema.registry.url", url));
  }

  /**
   * Opens a client; nothing is asked yet.
   *
   * @param config configuration of Confluent's serdes: {@code schema.registry.url}, and whatever
   *     else the registry needs (TLS, credentials)
   */
  public RegistryAdmin(Map<String, ?> config) {
    List<String> urls = List.of(String.valueOf(config.get("schema.registry.url")).split(","));
    List<SchemaProvider> providers = List.of(new AvroSchemaProvider());
    // No schema is looked up here, so that the cache need not hold any.
    if (MockSchemaRegistry.validateAndMaybeGetMockScope(urls) != null) {
      this.client = SchemaRegistryClientFactory.newClient(urls, 1, providers, config, Map.of());
      this.level = client::getCompatibility;
    } else {
      RestService rest = new RestService(urls);
      // Gives the service its credentials as well.
      this.client = new CachedSchemaRegistryClient(rest, 1, providers, config, Map.of());
      this.level =
          subject ->
              rest.getConfig(RestService.DEFAULT_REQUEST_PROPERTIES, subject, true)
                  .getCompatibilityLevel();
    }
  }

  /**
   * The subjects that have a schema.
   *
   * @throws IOException when the registry does not answer or refuses the request
   */
  public Set<String> subjects() throws IOException {
    return asked(() -> Set.copyOf(client.getAllSubjects())).orElse(Set.of());
  }

  /**
   * Which new versions of a schema the registry accepts for subjects without a rule of their own: a
   * compatibility level of Confluent's API.
   *
   * @return empty if the registry does not know such levels
   * @throws IOException when the registry does not answer or refuses the request
   */
  public Optional<String> compatibility() throws IOException {
    return asked(() -> client.getCompatibility(null));
  }

  /**
   * The compatibility level that holds for a subject: its own, or else the registry's. Some
   * registries call the level of a subject without one of its own {@code NONE} unless they are
   * asked for the level that holds.
   *
   * @return empty if the registry does not know such levels
   * @throws IOException when the registry does not answer or refuses the request
   */
  public Optional<String> compatibility(String subject) throws IOException {
    return asked(() -> level.of(subject));
  }

  /**
   * Whether schemas can be registered: {@code READWRITE}, {@code READONLY} and the like.
   *
   * @return empty if the registry does not know modes
   * @throws IOException when the registry does not answer or refuses the request
   */
  public Optional<String> mode() throws IOException {
    return asked(client::getMode);
  }

  private static <T> Optional<T> asked(Question<T> question) throws IOException {
    try {
      return Optional.ofNullable(question.ask());
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        return Optional.empty();
      }
      throw new IOException(e.getMessage(), e);
    }
  }

  private interface Question<T> {
    T ask() throws IOException, RestClientException;
  }

  private interface Level {
    String of(String subject) throws IOException, RestClientException;
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
