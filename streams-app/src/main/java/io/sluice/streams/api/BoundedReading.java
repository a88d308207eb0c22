package io.sluice.streams.api;

import io.sluice.streams.client.PoolProgress;
import java.time.Duration;

/**
 * Ends a reading of topics that takes longer than a request may.
 *
 * @param deadline when it ends, in the time of {@link System#nanoTime}
 * @param advice what the client can do instead
 */
record BoundedReading(long deadline, String advice) implements PoolProgress {
  static BoundedReading within(Duration time, String advice) {
    return new BoundedReading(System.nanoTime() + time.toNanos(), advice);
  }

  @Override
  public Stage begin(String name, long most) {
    return new Stage() {
      @Override
      public void add(int count) {
        if (System.nanoTime() > deadline) {
          throw ApiException.unavailable(advice);
        }
      }

      @Override
      public void close() {}
    };
  }
}
