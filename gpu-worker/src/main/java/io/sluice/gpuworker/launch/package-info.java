/**
 * The ways in which one training run of a fine-tune job is carried out: in this process, by a
 * user's program, or by a Kubernetes Job. A further way implements {@link
 * io.sluice.gpuworker.launch.Launcher} and is added to {@link
 * io.sluice.gpuworker.launch.Launchers#open}.
 *
 * <p>Used by {@code job} and {@code trainer}. Knows neither of them, and no Kafka: it is given a
 * {@link io.sluice.gpuworker.launch.TrainingOrder} and reports to a {@link
 * io.sluice.gpuworker.launch.RunControl}.
 */
package io.sluice.gpuworker.launch;
