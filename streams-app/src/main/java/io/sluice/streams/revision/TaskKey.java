package io.sluice.streams.revision;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Key of a store entry that belongs to one revision of a task: a score row, a nomination, a query,
 * a pool count, a content or a job. With an empty item, the key of the revision itself.
 *
 * <p>The serialized key is the task id in UTF-8, a zero byte, the revision as four big-endian
 * bytes, and the item in UTF-8. All keys of a revision therefore begin with the bytes of its {@link
 * #prefix}, which prefix scans rely on. Task ids never contain a zero byte.
 *
 * @param taskId the target task
 * @param revision its revision
 * @param item the candidate id, the job id, the number of a query or shard in decimal, or the hash
 *     of a content in hexadecimal digits
 */
public record TaskKey(String taskId, int revision, String item) {
  /** The common prefix of all keys of a revision. */
  public static TaskKey prefix(String taskId, int revision) {
    return new TaskKey(taskId, revision, "");
  }

  /**
   * Writes the common prefix of the keys of all revisions of a task, for prefix scans by task id.
   */
  public static Serializer<String> ofTask() {
    return (topic, taskId) -> {
      byte[] task = taskId.getBytes(StandardCharsets.UTF_8);
      return Arrays.copyOf(task, task.length + 1);
    };
  }

  /** Reads and writes keys in the form described above. */
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
