/**
 * Names, configuration and partitioning of Sluice's topics. Whoever reads, writes or creates a
 * topic takes them from here. Nothing here opens a connection.
 */
package io.sluice.schemas.topic;
