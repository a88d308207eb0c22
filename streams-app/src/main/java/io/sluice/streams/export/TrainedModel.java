package io.sluice.streams.export;

/**
 * A model that other trainers are to train on a job's examples.
 *
 * @param base the model
 * @param text how the examples become its tokens
 */
public record TrainedModel(BaseModel base, TrainingText text) {}
