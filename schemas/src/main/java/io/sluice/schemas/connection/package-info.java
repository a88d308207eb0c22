/**
 * The connection kit: how every service and every command of Sluice is configured and connected to
 * Kafka and to the schema registry.
 *
 * <p>A setting is declared once, as a {@link io.sluice.schemas.connection.Setting}, and read by
 * that declaration. {@link io.sluice.schemas.connection.ConnectionConfig} holds the settings that
 * all have in common and hands every other one to the clients that know it; services extend it with
 * settings of their own. {@link io.sluice.schemas.connection.SettingsFile} and {@link
 * io.sluice.schemas.connection.LocalStackFile} say where settings come from, and {@link
 * io.sluice.schemas.connection.KafkaAccess} opens clients.
 *
 * <p>Everybody may use this package. It knows the Kafka clients and the names of the registry
 * client's settings; it may not know Kafka Streams, the command line, or any single service.
 */
package io.sluice.schemas.connection;
