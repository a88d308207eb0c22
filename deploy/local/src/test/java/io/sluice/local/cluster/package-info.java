/**
 * A secured Kafka cluster of several brokers for tests, and what each service needs to be permitted
 * there. Knows the programs of this build as processes and as commands only.
 */
package io.sluice.local.cluster;
