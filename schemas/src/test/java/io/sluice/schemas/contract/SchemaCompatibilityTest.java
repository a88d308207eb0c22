package io.sluice.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The compatibility rule BACKWARD_TRANSITIVE: the current schemas read records that any released
 * version wrote.
 *
 * <p>The baseline is {@code src/main/resources/released/VERSION/NAME.avsc}, one complete schema per
 * file. Files are only ever added to it.
 */
class SchemaCompatibilityTest {
  private static final Path SOURCES = Path.of("src/main/avro");
  private static final Path RELEASED = Path.of("src/main/resources/released");

  @ParameterizedTest
  @MethodSource("releasedSchemas")
  void givenAReleasedSchema_whenTheCurrentSchemaReadsItsRecords_thenTheyAreCompatible(Path file)
      throws Exception {
    Schema writer = new Schema.Parser().parse(file.toFile());
    Schema reader = current(name(file));
    var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
    assertThat(result.getResult().getIncompatibilities())
        .extracting(
            fault -> fault.getType() + " " + fault.getMessage() + " at " + fault.getLocation())
        .as(
            "incompatibilities of %s with records of release %s. Add fields only with a default, never "
                + "rename a field or change its type, keep every enum symbol and union branch; a "
                + "change that needs more requires a new topic.",
            reader.getName(), file.getParent().getFileName())
        .isEmpty();
  }

  /** An earlier schema writes a record of the current class by the positions of its fields. */
  @ParameterizedTest
  @MethodSource("releasedSchemas")
  void givenAReleasedSchema_whenComparedWithTheCurrentOne_thenNewFieldsStandBehindTheOthers(
      Path file) throws Exception {
    Schema released = new Schema.Parser().parse(file.toFile());
    if (released.getType() == Schema.Type.RECORD) {
      assertThat(current(name(file)).getFields())
          .extracting(Schema.Field::name)
          .startsWith(released.getFields().stream().map(Schema.Field::name).toArray(String[]::new));
    }
  }

  @Test
  void givenTheCurrentSchemas_whenListed_thenTheLatestReleaseHasABaselineOfEach()
      throws IOException {
    Path latest;
    try (Stream<Path> versions = Files.list(RELEASED)) {
      latest =
          versions
              .max(Comparator.comparing(v -> Version.parse(v.getFileName().toString())))
              .orElseThrow();
    }
    for (Path source : files(SOURCES)) {
      assertThat(latest.resolve(source.getFileName().toString()))
          .as(
              "baseline of %s: if it is missing, save SCHEMA$.toString(true) of the record there, so "
                  + "that later versions are checked against it",
              name(source))
          .exists();
    }
  }

  @Test
  void givenANewFieldWithoutDefault_whenCheckedAgainstAReleasedSchema_thenItIsIncompatible() {
    Schema released = current("Message");
    Schema changed =
        new Schema.Parser()
            .parse(
                released
                    .toString()
                    .replace("\"fields\":[", "\"fields\":[{\"name\":\"fresh\",\"type\":\"int\"},"));
    assertThat(SchemaCompatibility.checkReaderWriterCompatibility(changed, released).getType())
        .isEqualTo(SchemaCompatibilityType.INCOMPATIBLE);
  }

  static List<Path> releasedSchemas() throws IOException {
    return files(RELEASED);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(".avsc")).sorted().toList();
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".avsc", "");
  }

  private static Schema current(String name) {
    try {
      Class<?> type = Class.forName("io.sluice.schemas." + name);
      return (Schema) type.getField("SCHEMA$").get(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(
          "the schema of " + name + " was released but is missing now: restore it", e);
    }
  }
}
