package io.sluice.streams.revision;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Key of what a store keeps for one revision of a task: a score row, a nomination, a query, a count
 * or a job; with an empty item, of the revision itself.
 *
 * <p>The bytes are the task id, a zero byte, the revision and the item: all keys of a revision
 * share the bytes of its {@link #prefix}, which is what a prefix scan needs. Task ids have no zero
 * byte.
 *
 * @param taskId the target task
 * @param revision its revision
 * @param item the candidate id, or a number as text
 */
public record TaskKey(String taskId, int revision, String item) {
  /** What all keys of a revision begin with. */
  public static TaskKey prefix(String taskId, int revision) {
    return new TaskKey(taskId, revision, "");
  }

  /** What all keys of a task begin with, of whatever revision: for prefix scans by task id. */
  public static Serializer<String> ofTask() {
    return (topic, taskId) -> {
      byte[] task = taskId.getBytes(StandardCharsets.UTF_8);
      return Arrays.copyOf(task, task.length + 1);
    };
  }

  /** Writes a key as the bytes that prefix scans rely on. */
  public static Serde<TaskKey> serde() {
    return Serdes.serdeFrom((topic, key) -> key.toBytes(), (topic, bytes) -> fromBytes(bytes));
  }

  private byte[] toBytes() {
    byte[] task = taskId.getBytes(StandardCharsets.UTF_8);
    byte[] rest = item.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(task.length + 5 + rest.length)
        .put(task)
        .put((byte) 0)
        .putInt(revision)
        .put(rest)
        .array();
  }

  private static TaskKey fromBytes(byte[] bytes) {
    int end = 0;
    while (bytes[end] != 0) {
      end++;
    }
    int item = end + 5;
    return new TaskKey(
        new String(bytes, 0, end, StandardCharsets.UTF_8),
        ByteBuffer.wrap(bytes).getInt(end + 1),
        new String(bytes, item, bytes.length - item, StandardCharsets.UTF_8));
  }
}
