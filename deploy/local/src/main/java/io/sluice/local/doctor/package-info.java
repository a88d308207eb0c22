/**
 * Examines a deployment before it is used, or when it does not work: the Kafka cluster, Sluice's
 * topics, the schema registry, the consumer groups, and the model of a worker. A {@link
 * io.sluice.local.doctor.Check} looks at one of these and never changes anything; what it decides
 * from facts needs no Kafka, so that it is tested without one. The package knows neither the
 * command line nor the services' topology.
 */
package io.sluice.local.doctor;
