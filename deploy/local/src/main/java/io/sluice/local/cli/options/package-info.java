/**
 * Options that several commands share, as picocli mixins: how to connect to Kafka and to the schema
 * registry, and the list of a service's settings. They know no command.
 */
package io.sluice.local.cli.options;
