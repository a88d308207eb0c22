/**
 * What all parts of Sluice know about one turn of a conversation: how it is made, when two turns
 * are the same, and how a turn is written as JSON. The package knows only the records, not Kafka.
 */
package io.sluice.schemas.message;
