package io.sluice.gpuworker.device;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A GPU as its driver describes it. A value that the driver does not tell is empty.
 *
 * @param number as the driver counts, from 0
 * @param name of the product
 * @param uuid its identity, such as {@code GPU-5f1a...}; empty text if the driver does not tell it
 * @param driver the version of the driver
 * @param totalBytes the size of its memory
 * @param usedBytes what all processes use of it
 * @param busyPercent the share of the last moments in which it computed, 0 to 100
 * @param eccErrors uncorrectable errors of its memory since the driver was loaded
 * @param capability the first number of its compute capability, such as 9 for Hopper
 */
public record Gpu(
    int number,
    String name,
    String uuid,
    String driver,
    OptionalLong totalBytes,
    OptionalLong usedBytes,
    OptionalInt busyPercent,
    OptionalLong eccErrors,
    OptionalInt capability) {}
