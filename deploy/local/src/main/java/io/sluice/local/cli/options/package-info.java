/**
 * Options that several commands share, as picocli mixins: which Kafka and schema registry a command
 * works on, and the settings of a service. Knows no command.
 */
package io.sluice.local.cli.options;
