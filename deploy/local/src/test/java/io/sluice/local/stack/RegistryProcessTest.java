package io.sluice.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.sluice.local.doctor.RegistryCheck;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.RegistryAdmin;
import io.sluice.schemas.topic.Topics;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class RegistryProcessTest {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  @Test
  void givenARegistry_whenStartedAgain_thenItReadsOldRecordsAndRefusesSchemasThatCannot(
      @TempDir Path directory) throws Exception {
    Candidate candidate = Candidates.of("id", "source", List.of());
    String url;
    byte[] record;
    try (RegistryProcess registry =
        RegistryProcess.launch(RegistryProcess.distribution(), directory, 0)) {
      registry.awaitReady(READY_WITHIN);
      url = registry.url();
      record =
          AvroSerdes.forRegistry(url).<Candidate>value().serializer().serialize("topic", candidate);
    }

    try (RegistryProcess registry =
            RegistryProcess.launch(RegistryProcess.distribution(), directory, 0);
        CachedSchemaRegistryClient client = new CachedSchemaRegistryClient(url, 10)) {
      registry.awaitReady(READY_WITHIN);
      assertThat(registry.url()).isEqualTo(url).startsWith("http://127.0.0.1:");
      assertThat(
              AvroSerdes.forRegistry(url)
                  .<Candidate>value()
                  .deserializer()
                  .deserialize("topic", record))
          .isEqualTo(candidate);
      AvroSchema cannotReadOld =
          new AvroSchema(
              """
              {"type":"record","name":"Candidate","namespace":"io.sluice.schemas",
               "fields":[{"name":"id","type":"string"},{"name":"added","type":"int"}]}
              """);
      assertThatThrownBy(() -> client.register("topic-value", cannotReadOld))
          .isInstanceOfSatisfying(
              RestClientException.class, e -> assertThat(e.getStatus()).isEqualTo(409));
    }
  }

  @Test
  void givenASubject_whenExamined_thenTheRegistrysLevelHoldsUnlessItHasOneOfItsOwn(
      @TempDir Path directory) throws Exception {
    try (RegistryProcess registry =
        RegistryProcess.launch(RegistryProcess.distribution(), directory, 0)) {
      registry.awaitReady(READY_WITHIN);
      String url = registry.url();
      Topics topics = new Topics("examined.");
      String subject = topics.candidates() + "-value";
      AvroSerdes.forRegistry(url)
          .<Candidate>value()
          .serializer()
          .serialize(topics.candidates(), Candidates.of("id", "source", List.of()));
      try (RegistryAdmin admin = new RegistryAdmin(url);
          CachedSchemaRegistryClient client = new CachedSchemaRegistryClient(url, 10)) {
        RegistryCheck check = new RegistryCheck(admin, url, topics);
        assertThat(check.run())
            .singleElement()
            .satisfies(
                finding ->
                    assertThat(finding.text())
                        .endsWith(
                            "1 keys and values of Sluice's topics; compatibility BACKWARD_TRANSITIVE"));

        client.updateCompatibility(subject, "FORWARD");
        assertThat(check.run())
            .singleElement()
            .satisfies(
                finding ->
                    assertThat(finding.text())
                        .startsWith("subject " + subject + " has the compatibility FORWARD"));
      }
    }
  }

  @Test
  void givenADistributionThatFails_whenAwaited_thenTheErrorShowsTheEndOfItsLog(
      @TempDir Path directory) throws Exception {
    Path distribution = distributionOf(Failing.class, directory.resolve("distribution"));

    try (RegistryProcess registry =
        RegistryProcess.launch(distribution, directory.resolve("data"), 0)) {
      assertThatThrownBy(() -> registry.awaitReady(READY_WITHIN))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("exit code 3")
          .hasMessageContaining("out of luck");
    }
  }

  @Test
  void givenADistributionThatNeverServes_whenAwaited_thenItTimesOutAndClosingEndsIt(
      @TempDir Path directory) throws Exception {
    Path distribution = distributionOf(Hanging.class, directory.resolve("distribution"));

    RegistryProcess registry = RegistryProcess.launch(distribution, directory.resolve("data"), 0);
    try (registry) {
      assertThatThrownBy(() -> registry.awaitReady(Duration.ofMillis(300)))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("did not serve");
    }
    assertThat(registry.process().isAlive()).isFalse();
  }

  @Test
  void givenNoDistribution_whenLaunched_thenTheErrorSaysToBuild(@TempDir Path directory) {
    assertThatThrownBy(() -> RegistryProcess.launch(directory.resolve("none"), directory, 0))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("build Sluice first");
  }

  private static Path distributionOf(Class<?> main, Path directory) throws Exception {
    Files.createDirectories(directory);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
    String file = main.getName().replace('.', '/') + ".class";
    try (JarOutputStream jar =
            new JarOutputStream(
                Files.newOutputStream(directory.resolve("test-runner.jar")), manifest);
        InputStream bytes = main.getClassLoader().getResourceAsStream(file)) {
      jar.putNextEntry(new JarEntry(file));
      bytes.transferTo(jar);
    }
    return directory;
  }

  /** Stands for a registry that cannot start. */
  public static final class Failing {
    public static void main(String[] args) {
      System.err.println("out of luck");
      System.exit(3);
    }
  }

  /** Stands for a registry that starts but never serves. */
  public static final class Hanging {
    public static void main(String[] args) throws InterruptedException {
      Thread.sleep(60_000);
    }
  }
}
