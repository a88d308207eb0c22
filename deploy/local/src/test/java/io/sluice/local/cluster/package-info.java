/**
 * A secured Kafka cluster of several brokers for tests, and which of their permissions its users
 * make use of. Knows the programs of this build as processes and as commands only.
 */
package io.sluice.local.cluster;
