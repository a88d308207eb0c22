package io.sluice.gpuworker.model.decoder;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs how far the loading of weights is, every two seconds, and its end. Not thread-safe. */
final class LoadingLog {
  private static final Logger LOG = LoggerFactory.getLogger(LoadingLog.class);
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(2);
  private static final double MIB = 1 << 20;

  private final long total;
  private final long begin = System.nanoTime();
  private long last = begin;
  private long done;

  /** Begins; {@code total} is the number of bytes to read. */
  LoadingLog(long total) {
    this.total = total;
  }

  /** Counts bytes that have been read. */
  void read(long bytes) {
    done += bytes;
    long now = System.nanoTime();
    if (now - last >= INTERVAL) {
      last = now;
      LOG.atInfo()
          .addKeyValue("percent", Math.min(100, 100 * done / Math.max(1, total)))
          .addKeyValue("mebibytes", Math.round(done / MIB))
          .addKeyValue("mebibytesPerSecond", perSecond(now))
          .log("Loading weights");
    }
  }

  /** All has been read. */
  void end() {
    LOG.atInfo()
        .addKeyValue("mebibytes", Math.round(done / MIB))
        .addKeyValue("mebibytesPerSecond", perSecond(System.nanoTime()))
        .log("Weights loaded");
  }

  private long perSecond(long now) {
    return Math.round(done / MIB * 1e9 / Math.max(1, now - begin));
  }
}
