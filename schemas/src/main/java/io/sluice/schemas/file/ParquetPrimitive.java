package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.validation.ForeignText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Converts the values of one column, or of one field of a struct, that are no lists, maps or
 * structs. Values that JSON does not have are refused instead of being written in a way that nobody
 * expects: bytes that are no text, and numbers that are infinite or NaN.
 */
final class ParquetPrimitive implements ParquetJson.Conversion {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  private static final int NAME_LENGTH = 200;

  /** The number that the days of INT96 timestamps have on 1 January 1970. */
  private static final long JULIAN_DAY_OF_EPOCH = 2_440_588;

  /** JSON is read with numbers of up to 1,000 digits; a number of so many bytes has 1,000. */
  private static final int MAX_DECIMAL_BYTES = 415;

  private final PrimitiveTypeName stored;
  private final LogicalTypeAnnotation meaning;
  private final String column;

  /**
   * Prepares the conversion.
   *
   * @param column how messages name the column
   */
  ParquetPrimitive(PrimitiveType type, String column) {
    this.stored = type.getPrimitiveTypeName();
    this.meaning = type.getLogicalTypeAnnotation();
    this.column = column;
  }

  /** The exception by which a row is refused because of a column. */
  static IllegalArgumentException refused(String column, String problem) {
    return new IllegalArgumentException(
        "column " + ForeignText.shown(column, NAME_LENGTH) + " " + problem);
  }

  @Override
  public JsonNode of(Group group, int field, int index) {
    return switch (stored) {
      case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
      case INT32 -> whole(group.getInteger(field, index));
      case INT64 -> whole(group.getLong(field, index));
      case FLOAT -> number(group.getFloat(field, index));
      case DOUBLE -> {
        double number = group.getDouble(field, index);
        requireFinite(number);
        yield JSON.numberNode(number);
      }
      case BINARY, FIXED_LEN_BYTE_ARRAY -> bytes(group.getBinary(field, index));
      case INT96 -> JSON.textNode(int96(group.getInt96(field, index).toByteBuffer()));
    };
  }

  private JsonNode whole(long value) {
    if (meaning == null) {
      return JSON.numberNode(value);
    }
    if (meaning instanceof IntLogicalTypeAnnotation number) {
      return number.isSigned() ? JSON.numberNode(value) : unsigned(value);
    }
    if (meaning instanceof TimestampLogicalTypeAnnotation time) {
      Instant instant = Instant.EPOCH.plus(value, unit(time.getUnit()));
      return JSON.textNode(time.isAdjustedToUTC() ? instant.toString() : withoutZone(instant));
    }
    if (meaning instanceof DateLogicalTypeAnnotation) {
      return JSON.textNode(LocalDate.ofEpochDay(value).toString());
    }
    if (meaning instanceof TimeLogicalTypeAnnotation time) {
      return JSON.textNode(time(value, unit(time.getUnit())));
    }
    if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
      return decimal(BigInteger.valueOf(value), decimal.getScale());
    }
    throw unknownMeaning();
  }

  private JsonNode unsigned(long value) {
    return stored == PrimitiveTypeName.INT32
        ? JSON.numberNode(Integer.toUnsignedLong((int) value))
        : JSON.numberNode(new BigInteger(Long.toUnsignedString(value)));
  }

  private JsonNode number(float number) {
    requireFinite(number);
    return JSON.numberNode(number);
  }

  private void requireFinite(double number) {
    if (!Double.isFinite(number)) {
      throw refused(column, "is " + number + ", which JSON does not have: write null instead");
    }
  }

  private JsonNode bytes(Binary value) {
    if (meaning == null) {
      throw refused(column, "is binary: write it as text, or remove the column");
    }
    if (meaning instanceof StringLogicalTypeAnnotation
        || meaning instanceof EnumLogicalTypeAnnotation) {
      return JSON.textNode(text(value));
    }
    if (meaning instanceof JsonLogicalTypeAnnotation) {
      return json(text(value));
    }
    if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
      if (value.length() == 0 || value.length() > MAX_DECIMAL_BYTES) {
        throw refused(column, "is not a number of 1 to 1000 digits");
      }
      return decimal(new BigInteger(value.getBytes()), decimal.getScale());
    }
    if (meaning instanceof UUIDLogicalTypeAnnotation) {
      ByteBuffer halves = value.toByteBuffer();
      return JSON.textNode(new UUID(halves.getLong(), halves.getLong()).toString());
    }
    if (meaning instanceof Float16LogicalTypeAnnotation) {
      return number(float16(value.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort()));
    }
    throw unknownMeaning();
  }

  private String text(Binary value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(value.toByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw refused(column, "is not UTF-8 text");
    }
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

  private static JsonNode decimal(BigInteger digits, int scale) {
    return scale == 0 ? JSON.numberNode(digits) : JSON.numberNode(new BigDecimal(digits, scale));
  }

  /** Converts a number of IEEE 754 binary16, which is exact. */
  private static float float16(short bits) {
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Math.scalb((float) (0x400 + fraction), exponent - 25);
        };
    return bits < 0 ? -magnitude : magnitude;
  }

  private String time(long value, ChronoUnit unit) {
    try {
      long nanos = Math.multiplyExact(value, unit.getDuration().toNanos());
      return DateTimeFormatter.ISO_LOCAL_TIME.format(LocalTime.ofNanoOfDay(nanos));
    } catch (ArithmeticException | DateTimeException e) {
      throw refused(column, "is not a time of day");
    }
  }

  /** The older type of timestamps: nanoseconds of the day, and the day. It has no time zone. */
  private static String int96(ByteBuffer bytes) {
    ByteBuffer in = bytes.order(ByteOrder.LITTLE_ENDIAN);
    long nanos = in.getLong();
    long day = in.getInt() - JULIAN_DAY_OF_EPOCH;
    return withoutZone(Instant.EPOCH.plus(day, ChronoUnit.DAYS).plusNanos(nanos));
  }

  private static String withoutZone(Instant instant) {
    String text = instant.toString();
    return text.substring(0, text.length() - 1);
  }

  private static ChronoUnit unit(TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> ChronoUnit.MILLIS;
      case MICROS -> ChronoUnit.MICROS;
      case NANOS -> ChronoUnit.NANOS;
    };
  }

  private IllegalArgumentException unknownMeaning() {
    return refused(
        column,
        "has the type " + meaning + ", which is not read: write it as text, or remove the column");
  }
}
