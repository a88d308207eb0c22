package io.sluice.local.cli.pool;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.streams.client.JobVerification;
import io.sluice.streams.client.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints what the verification of a fine-tune job says.
 *
 * @param out where to
 */
record JobVerdict(PrintWriter out) {
  private static final JsonFactory JSON = new JsonFactory();

  Verification.Verdict print(JobVerification.Report report) throws IOException {
    FineTuneJob job = report.job();
    out.printf(
        "Job %s: %,d examples by %s, selected when the pool had %,d candidates%n",
        job.getJobId(), job.getExamples(), job.getAlgorithm(), job.getPoolSize());
    out.println(
        switch (report.verdict()) {
          case EQUAL ->
              "The frozen dataset is equal to what the batch rule selects from the candidates that are left of the pool.";
          case DIFFERENT ->
              "The frozen dataset differs from what the batch rule selects, in %,d examples:"
                  .formatted(report.differences().size());
          case UNDECIDED -> "Undecided: " + report.remark() + ".";
        });
    VerifyCommand.printDifferences(report.differences(), out);
    if (report.verdict() == Verification.Verdict.DIFFERENT && !report.remark().isEmpty()) {
      out.printf("Besides, undecided: %s.%n", report.remark());
    }
    for (JobVerification.PoolReport pool : report.pools()) {
      out.printf(
          "Pool of representation %s%s: %,d candidates are left. %,d only have records behind the"
              + " offsets: they came later, or were sent again or retracted since.%n",
          pool.pool().definition().getRepresentationId(),
          pool.pool().arms().isEmpty() ? "" : " (with " + names(pool) + ")",
          pool.candidates(),
          pool.unseen());
    }
    out.println(auditLine(report));
    return report.verdict();
  }

  private static String names(JobVerification.PoolReport pool) {
    List<String> arms = pool.pool().arms();
    return (arms.size() == 1 ? "arm " : "arms ") + String.join(", ", arms);
  }

  private static String auditLine(JobVerification.Report report) throws IOException {
    FineTuneJob job = report.job();
    Map<String, JobArm> arms =
        job.getArms().stream().collect(Collectors.toMap(JobArm::getName, arm -> arm));
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("job", job.getJobId());
      json.writeStringField("task", job.getTaskId());
      json.writeNumberField("revision", job.getRevision());
      json.writeStringField("verdict", report.verdict().label());
      json.writeNumberField("selected", job.getExamples());
      json.writeStringField("subset_sha256", job.getDatasetChecksum());
      json.writeArrayFieldStart("pools");
      for (JobVerification.PoolReport pool : report.pools()) {
        writePool(pool, arms, json);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void writePool(
      JobVerification.PoolReport pool, Map<String, JobArm> arms, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("representation", pool.pool().definition().getRepresentationId());
    json.writeStringField("fingerprint", pool.pool().fingerprint());
    json.writeObjectFieldStart("offsets");
    for (int partition = 0; partition < pool.pool().offsets().size(); partition++) {
      json.writeNumberField(String.valueOf(partition), pool.pool().offsets().get(partition));
    }
    json.writeEndObject();
    json.writeNumberField("pool", pool.candidates());
    json.writeStringField("pool_sha256", pool.checksum());
    json.writeNumberField("unseen", pool.unseen());
    json.writeObjectFieldStart("arms_sha256");
    for (String arm : pool.pool().arms()) {
      json.writeStringField(arm, arms.get(arm).getChecksum());
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
