/** What people and scripts do over Kafka beside the topology: put things in and read them out. */
package io.sluice.streams.client;
