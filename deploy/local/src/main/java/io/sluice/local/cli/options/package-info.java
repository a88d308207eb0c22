/**
 * Options that several commands share, as picocli mixins: how to connect to Kafka and to the schema
 * registry, how examples are read, and the list of a service's settings; and checks of the files
 * that options name. They know no command.
 */
package io.sluice.local.cli.options;
