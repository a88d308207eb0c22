package io.sluice.streams.topology;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Forms of a score row, the similarities of one candidate to the queries of one task. */
final class ScoreRow {
  private ScoreRow() {}

  /** Four bytes a score, big-endian, in query order. */
  static Serde<float[]> serde() {
    return Serdes.serdeFrom((topic, row) -> toBytes(row), (topic, bytes) -> fromBytes(bytes));
  }

  static List<Float> boxed(float[] row) {
    List<Float> boxed = new ArrayList<>(row.length);
    for (float score : row) {
      boxed.add(score);
    }
    return boxed;
  }

  static float[] unboxed(List<Float> scores) {
    float[] row = new float[scores.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = scores.get(i);
    }
    return row;
  }

  private static byte[] toBytes(float[] row) {
    if (row == null) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 * row.length);
    bytes.asFloatBuffer().put(row);
    return bytes.array();
  }

  private static float[] fromBytes(byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    float[] row = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(row);
    return row;
  }
}
