package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Converts rows of Parquet to JSON, as the same row would stand in a file of JSON lines. Immutable.
 *
 * <p>Structs have the same fields in all rows, so writers fill the fields that a row does not have
 * with null: a field that is null is therefore left out. The one exception is the content of a
 * turn, which may well be null beside tool calls. Elements of lists and values of maps stay null,
 * and so do the nulls in texts of the logical type JSON, which are the values that they stand for.
 */
final class ParquetJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** The name of a repeated group whose only field is part of the element, by the specification. */
  private static final String OLD_ARRAY = "array";

  private static final String OLD_TUPLE = "_tuple";

  private final List<Field> columns;

  private ParquetJson(List<Field> columns) {
    this.columns = columns;
  }

  /** Converts one value of a group; the value must exist. */
  interface Conversion {
    /**
     * Converts a value.
     *
     * @param index which of the values of a repeated field it is, from 0
     * @throws IllegalArgumentException when it has no JSON; the message names the column
     */
    JsonNode of(Group group, int field, int index);
  }

  /**
   * A field of a struct, or a column.
   *
   * @param isRepeated whether it is a list without the logical type of one
   * @param keepsNull whether null differs from a missing field
   */
  private record Field(String name, boolean isRepeated, boolean keepsNull, Conversion conversion) {}

  /**
   * Prepares the conversion of rows.
   *
   * @param schema has no {@linkplain ParquetSchemaRules#problem problem}
   */
  static ParquetJson of(MessageType schema) {
    return new ParquetJson(fields(schema, "", true, false));
  }

  /**
   * Converts a row.
   *
   * @throws IllegalArgumentException when a value of it has no JSON; the message names its column
   */
  ObjectNode object(Group row) {
    return object(row, columns);
  }

  private static List<Field> fields(
      GroupType group, String prefix, boolean areColumns, boolean isTurn) {
    boolean hasSpeaker = group.containsField("role") || group.containsField("from");
    List<Field> fields = new ArrayList<>();
    for (Type type : group.getFields()) {
      String name = type.getName();
      fields.add(
          new Field(
              name,
              type.isRepetition(Type.Repetition.REPEATED),
              isTurn && hasSpeaker && name.equals("content"),
              conversion(type, prefix + name, areColumns)));
    }
    return List.copyOf(fields);
  }

  /**
   * Prepares the conversion of values.
   *
   * @param column how messages name them
   * @param areTurns whether these values, or the elements of these lists, are turns if they are
   *     structs with a speaker: so are those of a column, but not what is nested in it
   */
  private static Conversion conversion(Type type, String column, boolean areTurns) {
    if (type.isPrimitive()) {
      return new ParquetPrimitive(type.asPrimitiveType(), column);
    }
    GroupType group = type.asGroupType();
    if (isList(group)) {
      return list(group, column, areTurns);
    }
    if (isMap(group)) {
      return map(group.getType(0).asGroupType(), column);
    }
    List<Field> fields = fields(group, column + ".", false, areTurns);
    return (from, field, index) -> object(from.getGroup(field, index), fields);
  }

  private static boolean isList(GroupType group) {
    return group.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        && group.getFieldCount() == 1
        && group.getType(0).isRepetition(Type.Repetition.REPEATED);
  }

  private static boolean isMap(GroupType group) {
    // Older writers have the type of the entries at the map itself.
    boolean isNamed =
        group.getLogicalTypeAnnotation() instanceof MapLogicalTypeAnnotation
            || group.getLogicalTypeAnnotation() instanceof MapKeyValueTypeAnnotation;
    return isNamed
        && group.getFieldCount() == 1
        && group.getType(0).isRepetition(Type.Repetition.REPEATED)
        && !group.getType(0).isPrimitive()
        && group.getType(0).asGroupType().getFieldCount() == 2;
  }

  private static Conversion list(GroupType list, String column, boolean areTurns) {
    Type entry = list.getType(0);
    boolean isElement =
        entry.isPrimitive()
            || entry.asGroupType().getFieldCount() != 1
            || entry.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED)
            || entry.getName().equals(OLD_ARRAY)
            || entry.getName().equals(list.getName() + OLD_TUPLE);
    Type element = isElement ? entry : entry.asGroupType().getType(0);
    boolean isNested = !element.isPrimitive() && isList(element.asGroupType());
    Conversion conversion = conversion(element, column, areTurns && !isNested);
    if (isElement) {
      return (from, field, index) -> elements(from.getGroup(field, index), 0, conversion);
    }
    return (from, field, index) ->
        elements(
            from.getGroup(field, index),
            0,
            (group, place, i) -> valueOrNull(group.getGroup(place, i), 0, conversion));
  }

  private static Conversion map(GroupType entry, String column) {
    Conversion keys = conversion(entry.getType(0), column, false);
    Conversion values = conversion(entry.getType(1), column, false);
    return (from, field, index) -> {
      Group map = from.getGroup(field, index);
      ObjectNode object = JSON.objectNode();
      for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
        Group pair = map.getGroup(0, i);
        JsonNode key = valueOrNull(pair, 0, keys);
        if (!key.isValueNode() || key.isNull()) {
          throw ParquetPrimitive.refused(column, "has a key that is neither a text nor a number");
        }
        if (object.has(key.asText())) {
          throw ParquetPrimitive.refused(column, "has a key twice");
        }
        object.set(key.asText(), valueOrNull(pair, 1, values));
      }
      return object;
    };
  }

  private static ObjectNode object(Group group, List<Field> fields) {
    ObjectNode object = JSON.objectNode();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (field.isRepeated()) {
        object.set(field.name(), elements(group, i, field.conversion()));
      } else if (field.keepsNull() || group.getFieldRepetitionCount(i) > 0) {
        object.set(field.name(), valueOrNull(group, i, field.conversion()));
      }
    }
    return object;
  }

  private static ArrayNode elements(Group group, int field, Conversion conversion) {
    ArrayNode list = JSON.arrayNode();
    for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
      list.add(conversion.of(group, field, i));
    }
    return list;
  }

  private static JsonNode valueOrNull(Group group, int field, Conversion conversion) {
    return group.getFieldRepetitionCount(field) > 0
        ? conversion.of(group, field, 0)
        : JSON.nullNode();
  }
}
