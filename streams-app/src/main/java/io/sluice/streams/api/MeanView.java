package io.sluice.streams.api;

import io.sluice.schemas.MeanLoss;
import io.sluice.streams.report.Estimate;

/**
 * A mean over examples.
 *
 * @param mean the mean
 * @param standardError its standard error; 0 when it is not known
 * @param examples number of examples
 */
record MeanView(double mean, double standardError, int examples) {
  static MeanView of(Estimate estimate) {
    return new MeanView(estimate.mean(), estimate.standardError(), estimate.count());
  }

  static MeanView of(MeanLoss loss) {
    return new MeanView(loss.getMean(), loss.getStandardError(), loss.getExamples());
  }
}
