/**
 * The arms of target tasks and jobs: the selections that a job compares, and how arms with another
 * representation are represented and scored.
 *
 * <p>It knows the records of the topics only: no algorithm, no Kafka and no files.
 */
package io.sluice.schemas.arm;
