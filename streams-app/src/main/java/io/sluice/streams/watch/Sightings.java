package io.sluice.streams.watch;

import io.sluice.streams.watch.ServiceState.Service;
import io.sluice.streams.watch.ServiceState.State;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Remembers since when services have been as they are. Not thread-safe. */
final class Sightings {
  /** A worker that represents what has just arrived is not behind. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Map<Key, Seen> seen = new HashMap<>();
  private final Map<Key, Instant> waitingSince = new HashMap<>();

  private record Key(Service service, String name) {}

  private record Seen(State state, Instant since) {}

  /**
   * Notes how a service is.
   *
   * @param lag records that wait for it, if it is a reason to call it behind
   */
  ServiceState note(
      Service service,
      String name,
      State state,
      String detail,
      Optional<Integer> members,
      Optional<Long> lag,
      Instant now) {
    Key key = new Key(service, name);
    State shown = state == State.UP && isBehind(key, lag, now) ? State.BEHIND : state;
    Seen before = seen.get(key);
    Seen current = before != null && before.state() == shown ? before : new Seen(shown, now);
    seen.put(key, current);
    return new ServiceState(service, name, shown, detail, members, lag, current.since());
  }

  private boolean isBehind(Key key, Optional<Long> lag, Instant now) {
    if (takesLong(key) || lag.orElse(0L) == 0) {
      waitingSince.remove(key);
      return false;
    }
    return waitingSince.computeIfAbsent(key, any -> now).plus(PATIENCE).isBefore(now);
  }

  /** A job under way counts as waiting for its trainer until it has ended. */
  private static boolean takesLong(Key key) {
    return key.service() == Service.TRAINER;
  }
}
