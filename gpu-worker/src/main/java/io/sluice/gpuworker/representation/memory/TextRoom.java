package io.sluice.gpuworker.representation.memory;

/**
 * Which texts fit into the memory of a device, by formula. Every token of a text counts as learnt.
 *
 * @param device the device with the least memory
 * @param need what one text of the greatest length needs, computed in the way that takes least
 * @param usable the bytes of the device's memory that may be used
 * @param limit the greatest length, in tokens
 * @param longest the length of the longest text that fits, at most {@code limit}
 * @param longestKept that without recomputation, in each of the passes that the device computes at
 *     the same time
 */
public record TextRoom(
    String device, MemoryNeed need, long usable, int limit, int longest, int longestKept) {}
