package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.message.ExactJson;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Converts rows of Parquet to JSON, as the same row would stand in a file of JSON lines.
 *
 * <p>Columns have one type for all rows, so writers fill the fields that a row does not have with
 * null: a field that is null is therefore left out. The one exception is {@code content}, which a
 * turn with tool calls may well have as null. Texts of the logical type JSON are the values that
 * they stand for, with all their nulls.
 */
final class ParquetJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  /** The name of a repeated group whose only field is part of the element, by the specification. */
  private static final String OLD_ARRAY = "array";

  private static final String OLD_TUPLE = "_tuple";

  private ParquetJson() {}

  /** Converts a row. */
  static ObjectNode object(Group row, MessageType schema) {
    return object(row, (GroupType) schema);
  }

  private static ObjectNode object(Group group, GroupType type) {
    ObjectNode object = JSON.objectNode();
    for (int field = 0; field < type.getFieldCount(); field++) {
      Type of = type.getType(field);
      if (of.isRepetition(Type.Repetition.REPEATED)) {
        object.set(of.getName(), repeated(group, field, of));
      } else if (group.getFieldRepetitionCount(field) > 0) {
        object.set(of.getName(), value(group, field, 0, of));
      } else if (of.getName().equals("content")) {
        object.putNull(of.getName());
      }
    }
    return object;
  }

  private static ArrayNode repeated(Group group, int field, Type of) {
    ArrayNode list = JSON.arrayNode();
    for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
      list.add(value(group, field, i, of));
    }
    return list;
  }

  private static JsonNode value(Group group, int field, int index, Type of) {
    if (of.isPrimitive()) {
      return primitive(group, field, index, of);
    }
    Group value = group.getGroup(field, index);
    GroupType type = of.asGroupType();
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning instanceof ListLogicalTypeAnnotation && type.getFieldCount() == 1) {
      return list(value, type);
    }
    if (meaning instanceof MapLogicalTypeAnnotation && type.getFieldCount() == 1) {
      return map(value, type.getType(0).asGroupType());
    }
    return object(value, type);
  }

  private static ArrayNode list(Group group, GroupType list) {
    Type entry = list.getType(0);
    boolean isElement =
        entry.isPrimitive()
            || entry.asGroupType().getFieldCount() != 1
            || entry.getName().equals(OLD_ARRAY)
            || entry.getName().equals(list.getName() + OLD_TUPLE);
    if (isElement) {
      return repeated(group, 0, entry);
    }
    Type element = entry.asGroupType().getType(0);
    ArrayNode elements = JSON.arrayNode();
    for (int i = 0; i < group.getFieldRepetitionCount(0); i++) {
      Group holder = group.getGroup(0, i);
      if (holder.getFieldRepetitionCount(0) > 0) {
        elements.add(value(holder, 0, 0, element));
      } else if (element.isPrimitive()) {
        elements.addNull();
      }
    }
    return elements;
  }

  private static ObjectNode map(Group group, GroupType entry) {
    ObjectNode object = JSON.objectNode();
    for (int i = 0; i < group.getFieldRepetitionCount(0); i++) {
      Group pair = group.getGroup(0, i);
      if (pair.getFieldRepetitionCount(1) > 0) {
        object.set(
            value(pair, 0, 0, entry.getType(0)).asText(), value(pair, 1, 0, entry.getType(1)));
      }
    }
    return object;
  }

  private static JsonNode primitive(Group group, int field, int index, Type type) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
      case INT32 -> number(group.getInteger(field, index), meaning);
      case INT64 -> number(group.getLong(field, index), meaning);
      case FLOAT -> JSON.numberNode(group.getFloat(field, index));
      case DOUBLE -> JSON.numberNode(group.getDouble(field, index));
      case BINARY, FIXED_LEN_BYTE_ARRAY -> {
        if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
          BigInteger digits = new BigInteger(group.getBinary(field, index).getBytes());
          yield JSON.numberNode(new BigDecimal(digits, decimal.getScale()));
        }
        if (meaning == null) {
          yield JSON.binaryNode(group.getBinary(field, index).getBytes());
        }
        String text = group.getBinary(field, index).toStringUsingUTF8();
        yield meaning instanceof JsonLogicalTypeAnnotation ? json(text) : JSON.textNode(text);
      }
      case INT96 -> JSON.binaryNode(group.getInt96(field, index).getBytes());
    };
  }

  /** The value that a text of the logical type JSON stands for, or the text if it is not JSON. */
  private static JsonNode json(String text) {
    try {
      JsonNode value = ExactJson.read(text);
      return value.isMissingNode() ? JSON.textNode(text) : value;
    } catch (JsonProcessingException e) {
      return JSON.textNode(text);
    }
  }

  private static JsonNode number(long value, LogicalTypeAnnotation meaning) {
    if (meaning instanceof TimestampLogicalTypeAnnotation time) {
      ChronoUnit unit =
          switch (time.getUnit()) {
            case MILLIS -> ChronoUnit.MILLIS;
            case MICROS -> ChronoUnit.MICROS;
            case NANOS -> ChronoUnit.NANOS;
          };
      return JSON.textNode(Instant.EPOCH.plus(value, unit).toString());
    }
    if (meaning instanceof DateLogicalTypeAnnotation) {
      return JSON.textNode(LocalDate.ofEpochDay(value).toString());
    }
    if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
      return JSON.numberNode(BigDecimal.valueOf(value, decimal.getScale()));
    }
    boolean isUnsigned = meaning instanceof IntLogicalTypeAnnotation whole && !whole.isSigned();
    return isUnsigned && value < 0
        ? JSON.numberNode(new BigInteger(Long.toUnsignedString(value)))
        : JSON.numberNode(value);
  }
}
