/**
 * Commands on dead letters: {@code dead-letters} lists their reasons, shows them, and sends the
 * records that became dead letters to their topics again.
 */
package io.sluice.local.cli.deadletter;
