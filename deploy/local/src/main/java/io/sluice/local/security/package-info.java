/**
 * What users of a secured Kafka cluster need to be permitted, by what they do with Sluice. The
 * commands of the command line may use it; it declares only, and talks to no cluster.
 */
package io.sluice.local.security;
