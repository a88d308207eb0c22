/**
 * Takes fine-tune jobs, trains and evaluates their arms and reports what came of it.
 *
 * <p>{@link io.sluice.gpuworker.trainer.Trainer} is the service. Its Kafka thread ({@code
 * TrainerLoop}) never trains; a job is worked off on another ({@code JobRun}) by one of the {@code
 * Launcher}s.
 */
package io.sluice.gpuworker.trainer;
