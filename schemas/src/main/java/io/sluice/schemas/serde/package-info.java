/**
 * The Avro serdes of all records and what else talks to the schema registry. Whoever reads or
 * writes records takes serdes from {@link io.sluice.schemas.serde.AvroSerdes}.
 *
 * <p>This is the only package of Sluice that knows the classes of Confluent's serdes and registry
 * client, apart from {@code connection}, which knows the names of their settings. It may not know
 * where settings come from.
 */
package io.sluice.schemas.serde;
