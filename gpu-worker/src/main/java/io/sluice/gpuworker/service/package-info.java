/**
 * What the services of this module, the worker and the trainer, share: settings, metrics and health
 * over HTTP, threads, failures, and scans of a partition.
 *
 * <p>Used by {@code worker}, {@code trainer} and {@code job}, none of which it knows.
 */
package io.sluice.gpuworker.service;
