package io.sluice.streams.watch;

import java.time.Instant;
import java.util.List;

/**
 * What Kafka says at one moment.
 *
 * @param at when
 * @param flow how many records there have been
 * @param services the services, of each kind at least one entry
 */
public record ClusterSample(Instant at, Flow flow, List<ServiceState> services) {
  /** Copies the list. */
  public ClusterSample {
    services = List.copyOf(services);
  }
}
