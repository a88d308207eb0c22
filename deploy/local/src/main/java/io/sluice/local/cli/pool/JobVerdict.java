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
              "The frozen dataset is equal to what the batch rule selects from the %,d candidates that are left of the pool."
                  .formatted(report.pool());
          case DIFFERENT ->
              "The frozen dataset differs from what the batch rule selects, in %,d examples:"
                  .formatted(report.differences().size());
          case UNDECIDED -> "Undecided: " + report.remark() + ".";
        });
    VerifyCommand.printDifferences(report.differences(), out);
    if (report.unseen() > 0) {
      out.printf(
          "%,d candidates only have records behind the offsets: they came later, or were sent again"
              + " or retracted since.%n",
          report.unseen());
    }
    if (!job.getArms().isEmpty()) {
      out.printf(
          "Not compared: its further arms (%s).%n",
          job.getArms().stream().map(JobArm::getName).collect(Collectors.joining(", ")));
    }
    out.println(auditLine(report));
    return report.verdict();
  }

  private static String auditLine(JobVerification.Report report) throws IOException {
    FineTuneJob job = report.job();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("job", job.getJobId());
      json.writeStringField("task", job.getTaskId());
      json.writeNumberField("revision", job.getRevision());
      json.writeStringField("verdict", report.verdict().label());
      json.writeStringField("fingerprint", job.getFingerprint());
      json.writeObjectFieldStart("offsets");
      for (int partition = 0; partition < job.getOffsets().size(); partition++) {
        json.writeNumberField(String.valueOf(partition), job.getOffsets().get(partition));
      }
      json.writeEndObject();
      json.writeNumberField("pool", report.pool());
      json.writeStringField("pool_sha256", report.poolChecksum());
      json.writeNumberField("unseen", report.unseen());
      json.writeNumberField("selected", job.getExamples());
      json.writeStringField("subset_sha256", job.getDatasetChecksum());
      json.writeEndObject();
    }
    return text.toString();
  }
}
