/** The worker: from candidates and target tasks in Kafka to representations in Kafka. */
package io.sluice.gpuworker.worker;
