package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.Launchers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a trainer works on jobs with; the same for all of its jobs.
 *
 * @param launchers the launchers that it has
 * @param evaluator evaluates the models; no evaluation when empty
 * @param model folder of the base model
 * @param output folder of all jobs' folders
 * @param timeLimit of one training run; none when empty
 * @param attempts how many trainers may take a job, one after the other
 */
public record JobSetup(
    Launchers launchers,
    Optional<Evaluator> evaluator,
    Path model,
    Path output,
    Optional<Duration> timeLimit,
    int attempts) {}
