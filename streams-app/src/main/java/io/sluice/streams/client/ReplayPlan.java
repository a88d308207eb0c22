package io.sluice.streams.client;

import java.util.Set;
import java.util.SortedMap;

/**
 * What a replay of dead letters would send.
 *
 * @param letters those whose originals are to be sent; immutable
 * @param topics how many originals go to which topic; immutable
 * @param leftOut how many of the letters that were asked for are not sent, by the reason; immutable
 */
public record ReplayPlan(
    Set<DeadLetterId> letters, SortedMap<String, Long> topics, SortedMap<String, Long> leftOut) {}
