package io.sluice.schemas.serde;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;

/**
 * Writes a record by the schema of the first release that had room for all that the record holds.
 *
 * <p>A record that uses no field of a later release is thus, byte for byte, what that release wrote
 * under the same schema id. The latest schema of a subject changes only when somebody uses a new
 * field, so that producers which have the fields of a release built in, and look up the latest
 * schema id only, keep working.
 *
 * <p>The schemas of the releases are the resources {@code released/VERSION/NAME.avsc}. Later
 * releases only append fields with defaults, so that the fields of an earlier schema are the first
 * ones of the current schema. Immutable and thread-safe.
 */
final class ReleasedForm {
  /** The releases, in the order in which they came out. */
  static final List<String> VERSIONS = List.of("0.1");

  private final List<Schema> schemas;

  private ReleasedForm(List<Schema> schemas) {
    this.schemas = schemas;
  }

  /**
   * Returns the forms that a type of record has had.
   *
   * @param current the schema of the generated class
   */
  static ReleasedForm of(Schema current) {
    return new ReleasedForm(
        VERSIONS.stream()
            .map(version -> released(version, current.getName()))
            .flatMap(Optional::stream)
            .filter(schema -> !isSame(schema, current))
            .toList());
  }

  /**
   * Returns the record by the first schema that has room for all of it: an earlier one, or else the
   * record itself.
   */
  IndexedRecord of(IndexedRecord record) {
    for (Schema schema : schemas) {
      if (holds(schema, record.getSchema(), record)) {
        return new Earlier(schema, record);
      }
    }
    return record;
  }

  /** Whether two schemas give the same bytes. */
  private static boolean isSame(Schema released, Schema current) {
    return SchemaNormalization.toParsingForm(released)
        .equals(SchemaNormalization.toParsingForm(current));
  }

  private static Optional<Schema> released(String version, String name) {
    String resource = "/released/" + version + "/" + name + ".avsc";
    try (InputStream file = ReleasedForm.class.getResourceAsStream(resource)) {
      return file == null ? Optional.empty() : Optional.of(new Schema.Parser().parse(file));
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " cannot be read", e);
    }
  }

  /** Whether a value of the current schema has only defaults where the earlier one has no field. */
  private static boolean holds(Schema earlier, Schema current, Object value) {
    return switch (current.getType()) {
      case RECORD -> holdsRecord(earlier, current, (IndexedRecord) value);
      case ARRAY ->
          ((Collection<?>) value)
              .stream()
                  .allMatch(
                      element ->
                          holds(earlier.getElementType(), current.getElementType(), element));
      case MAP ->
          ((Map<?, ?>) value)
              .values().stream()
                  .allMatch(
                      element -> holds(earlier.getValueType(), current.getValueType(), element));
      case UNION -> {
        Schema branch = current.getTypes().get(GenericData.get().resolveUnion(current, value));
        yield earlier.getTypes().stream()
            .filter(other -> other.getFullName().equals(branch.getFullName()))
            .anyMatch(other -> holds(other, branch, value));
      }
      case ENUM -> earlier.hasEnumSymbol(value.toString());
      default -> true;
    };
  }

  private static boolean holdsRecord(Schema earlier, Schema current, IndexedRecord record) {
    for (Schema.Field field : current.getFields()) {
      Object value = record.get(field.pos());
      Schema.Field before = earlier.getField(field.name());
      boolean isHeld =
          before == null
              ? Objects.equals(value, GenericData.get().getDefaultValue(field))
              : holds(before.schema(), field.schema(), value);
      if (!isHeld) {
        return false;
      }
    }
    return true;
  }

  /**
   * A record that is written by an earlier schema. Avro's writer of generic records takes fields by
   * position, in nested records too, whatever further fields they have.
   */
  private record Earlier(Schema schema, IndexedRecord record) implements IndexedRecord {
    @Override
    public Schema getSchema() {
      return schema;
    }

    @Override
    public Object get(int position) {
      return record.get(position);
    }

    @Override
    public void put(int position, Object value) {
      throw new UnsupportedOperationException("this record is only written");
    }
  }
}
