package io.sluice.streams.select;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Key of the store that records which candidates are in the datasets of which jobs. The candidate
 * id comes before the job id, so that a prefix scan finds the jobs that a retracted candidate is
 * in. The parts are separated by a zero byte, which ids never contain.
 *
 * @param taskId the target task
 * @param candidateId the candidate
 * @param jobId the job
 */
record JobMember(String taskId, String candidateId, String jobId) {
  /** The common prefix of the keys of all jobs whose datasets contain a candidate. */
  static JobMember ofCandidate(String taskId, String candidateId) {
    return new JobMember(taskId, candidateId, "");
  }

  /** Writes the prefix that {@link #ofCandidate} returns, for prefix scans. */
  static Serializer<JobMember> prefix() {
    return (topic, member) -> head(member.taskId, member.candidateId);
  }

  static Serde<JobMember> serde() {
    return Serdes.serdeFrom(
        (topic, member) -> member.toBytes(), (topic, bytes) -> fromBytes(bytes));
  }

  private byte[] toBytes() {
    byte[] head = head(taskId, candidateId);
    byte[] job = jobId.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(head.length + job.length).put(head).put(job).array();
  }

  private static byte[] head(String taskId, String candidateId) {
    return (taskId + '\0' + candidateId + '\0').getBytes(StandardCharsets.UTF_8);
  }

  private static JobMember fromBytes(byte[] bytes) {
    int task = zero(bytes, 0);
    int candidate = zero(bytes, task + 1);
    return new JobMember(
        text(bytes, 0, task),
        text(bytes, task + 1, candidate),
        text(bytes, candidate + 1, bytes.length));
  }

  private static int zero(byte[] bytes, int from) {
    int end = from;
    while (bytes[end] != 0) {
      end++;
    }
    return end;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
