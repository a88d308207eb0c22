package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.Launchers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What all jobs of a trainer have in common.
 *
 * @param launchers the launchers that jobs can name
 * @param evaluator evaluates the models; when empty they are not evaluated
 * @param model folder of the base model
 * @param output the folder with one folder per job
 * @param timeLimit of one training run; no limit when empty
 * @param attempts how many times a job may be taken before it fails
 */
public record JobSetup(
    Launchers launchers,
    Optional<Evaluator> evaluator,
    Path model,
    Path output,
    Optional<Duration> timeLimit,
    int attempts) {}
