package io.sluice.schemas.serde;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

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

  private final List<Form> forms;

  private ReleasedForm(List<Form> forms) {
    this.forms = forms;
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
            .filter(schema -> canFollow(schema, current))
            .map(schema -> new Form(schema, roomFor(schema, current)))
            .toList());
  }

  /**
   * Returns the record by the first schema that has room for all of it: an earlier one, or else the
   * record itself.
   */
  IndexedRecord of(IndexedRecord record) {
    for (Form form : forms) {
      if (form.hasRoom.test(record)) {
        return new Earlier(form.schema, record);
      }
    }
    return record;
  }

  /**
   * An earlier schema.
   *
   * @param hasRoom whether it has room for a record of the current class
   */
  private record Form(Schema schema, Predicate<Object> hasRoom) {}

  /**
   * Whether a registry accepts the earlier schema after the current one, as a reader of what that
   * one writes. It does not if a union or an enum has got more: such a type is always written by
   * its current schema.
   */
  private static boolean canFollow(Schema earlier, Schema current) {
    return SchemaCompatibility.checkReaderWriterCompatibility(earlier, current).getType()
        == SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE;
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

  /**
   * Whether a value of the current schema has only defaults where the earlier one has no field.
   * What there is to compare is found once, because every record that is sent is tested.
   */
  private static Predicate<Object> roomFor(Schema earlier, Schema current) {
    if (isSame(earlier, current)) {
      return value -> true;
    }
    return switch (current.getType()) {
      case RECORD -> {
        List<Predicate<IndexedRecord>> fields =
            current.getFields().stream()
                .map(field -> roomFor(Optional.ofNullable(earlier.getField(field.name())), field))
                .toList();
        yield record -> all(fields, field -> field.test((IndexedRecord) record));
      }
      case ARRAY -> {
        Predicate<Object> element = roomFor(earlier.getElementType(), current.getElementType());
        yield list -> all((Collection<?>) list, element);
      }
      case MAP -> {
        Predicate<Object> value = roomFor(earlier.getValueType(), current.getValueType());
        yield map -> all(((Map<?, ?>) map).values(), value);
      }
      case UNION -> {
        List<Predicate<Object>> branches =
            current.getTypes().stream().map(branch -> roomInUnion(earlier, branch)).toList();
        yield value -> branches.get(GenericData.get().resolveUnion(current, value)).test(value);
      }
      default -> value -> true;
    };
  }

  /** Whether all items pass; a plain loop, since it runs for every record that is sent. */
  private static <T> boolean all(Collection<? extends T> items, Predicate<T> passes) {
    for (T item : items) {
      if (!passes.test(item)) {
        return false;
      }
    }
    return true;
  }

  private static Predicate<IndexedRecord> roomFor(
      Optional<Schema.Field> earlier, Schema.Field field) {
    int position = field.pos();
    if (earlier.isEmpty()) {
      Object byDefault = SpecificData.get().getDefaultValue(field);
      return record -> Objects.equals(record.get(position), byDefault);
    }
    Predicate<Object> value = roomFor(earlier.get().schema(), field.schema());
    return record -> value.test(record.get(position));
  }

  /** The earlier union has the branch, because it {@linkplain #canFollow can follow} this one. */
  private static Predicate<Object> roomInUnion(Schema earlier, Schema branch) {
    return earlier.getTypes().stream()
        .filter(other -> other.getFullName().equals(branch.getFullName()))
        .findFirst()
        .map(other -> roomFor(other, branch))
        .orElseThrow();
  }

  /**
   * A record that is written by an earlier schema. Avro's writers take fields by position, in
   * nested records too, whatever further fields they have. It is a specific record, like the one it
   * stands for, because Confluent's serializer writes other records by reflection, which is slower.
   */
  private record Earlier(Schema schema, IndexedRecord record) implements SpecificRecord {
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
