package io.sluice.streams.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Key that says: this candidate is in the dataset of this job. By candidate, so that a retraction
 * finds its jobs. Ids have no zero byte.
 *
 * @param taskId the target task
 * @param candidateId the candidate
 * @param revision the task's revision that the job was fired for
 * @param jobId the job
 */
record JobMember(String taskId, String candidateId, int revision, String jobId) {
  /** The job's key in the store of jobs. */
  TaskKey job() {
    return new TaskKey(taskId, revision, jobId);
  }

  /** What the keys of all jobs that have a candidate begin with. */
  static JobMember ofCandidate(String taskId, String candidateId) {
    return new JobMember(taskId, candidateId, 0, "");
  }

  /** For prefix scans by {@link #ofCandidate}. */
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
    return ByteBuffer.allocate(head.length + Integer.BYTES + job.length)
        .put(head)
        .putInt(revision)
        .put(job)
        .array();
  }

  private static byte[] head(String taskId, String candidateId) {
    return (taskId + '\0' + candidateId + '\0').getBytes(StandardCharsets.UTF_8);
  }

  private static JobMember fromBytes(byte[] bytes) {
    int task = zero(bytes, 0);
    int candidate = zero(bytes, task + 1);
    int job = candidate + 1 + Integer.BYTES;
    return new JobMember(
        text(bytes, 0, task),
        text(bytes, task + 1, candidate),
        ByteBuffer.wrap(bytes).getInt(candidate + 1),
        text(bytes, job, bytes.length));
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
