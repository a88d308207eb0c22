/**
 * A secured Kafka cluster of several brokers for tests, which of their permissions its users make
 * use of, and what becomes of outputs when processes fail. Knows the programs of this build as
 * processes and as commands only.
 */
package io.sluice.local.cluster;
