package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.ModelEvaluator;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.serde.BoundedValues;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.validation.ForeignText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Keeps reports within the size that their readers accept. A job whose last report is larger would
 * never end.
 *
 * <p>Of a report that is too large, the losses of single examples are left out, of all outcomes
 * alike, because they serve to compare one run with another. The means and their errors stay. If
 * the report is still too large, which takes several hundred runs and a small record.max.bytes, all
 * outcomes are left out. The detail says so.
 *
 * @param limit size of the largest record
 */
record ReportBound(RecordLimit limit) {
  /** The longest detail; a longer one is cut. */
  static final int MAX_DETAIL_CHARACTERS = 1000;

  private static final String CUT = "...";

  /** The report itself, or what of it readers accept; the same for the same report. */
  FineTuneResult fit(FineTuneResult report) {
    if (fits(report)) {
      long bare = report.getOutcomes().stream().filter(ReportBound::lacksLosses).count();
      return bare == 0
          ? report
          : remarked(
              report,
              report.getOutcomes(),
              "the losses of single examples are missing from %d of %d outcomes: an earlier report of them was too large, or written by an earlier release"
                  .formatted(bare, report.getOutcomes().size()));
    }
    FineTuneResult withoutLosses =
        remarked(
            report,
            report.getOutcomes().stream().map(ReportBound::withoutLosses).toList(),
            "the losses of single examples are left out: the report would be larger than record.max.bytes (%d) allows"
                .formatted(limit.bytes()));
    if (fits(withoutLosses)) {
      return withoutLosses;
    }
    return remarked(
        report,
        List.of(),
        "the outcomes of %d runs are left out: the report would be larger than record.max.bytes (%d) allows, raise it and fire a new job"
            .formatted(report.getOutcomes().size(), limit.bytes()));
  }

  /** Avro's own framing, which is counted here, is a few bytes longer than that in Kafka. */
  private boolean fits(FineTuneResult report) {
    try {
      return report.toByteBuffer().remaining() <= BoundedValues.maxBytes(limit);
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory cannot be written", e);
    }
  }

  /** The remark stays whole when the detail has to be cut for it. */
  private static FineTuneResult remarked(
      FineTuneResult report, List<ArmOutcome> outcomes, String remark) {
    String detail = report.getDetail();
    String joined = detail + "; " + remark;
    if (detail.isEmpty()) {
      joined = remark;
    } else if (joined.length() > MAX_DETAIL_CHARACTERS) {
      int left = MAX_DETAIL_CHARACTERS - (CUT + "; " + remark).length();
      joined = ForeignText.shown(detail, left) + "; " + remark;
    }
    return FineTuneResult.newBuilder(report).setOutcomes(outcomes).setDetail(joined).build();
  }

  private static boolean lacksLosses(ArmOutcome outcome) {
    return lacksLosses(outcome.getQueryLoss())
        || outcome.getHeldOutLoss().stream().anyMatch(ReportBound::lacksLosses);
  }

  private static boolean lacksLosses(MeanLoss loss) {
    return loss.getLosses().isEmpty() && loss.getExamples() <= ModelEvaluator.MAX_REPORTED_LOSSES;
  }

  private static ArmOutcome withoutLosses(ArmOutcome outcome) {
    return ArmOutcome.newBuilder(outcome)
        .setQueryLoss(withoutLosses(outcome.getQueryLoss()))
        .setHeldOutLoss(outcome.getHeldOutLoss().stream().map(ReportBound::withoutLosses).toList())
        .setTrainingLosses(List.of())
        .build();
  }

  private static MeanLoss withoutLosses(MeanLoss loss) {
    return MeanLoss.newBuilder(loss).setLosses(List.of()).build();
  }
}
