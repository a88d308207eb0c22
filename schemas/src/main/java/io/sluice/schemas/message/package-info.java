/**
 * What all parts of Sluice know about one turn of a conversation: how it is made, what
 * distinguishes it from another turn, and how it is written as JSON. The package knows the records
 * only, not Kafka.
 */
package io.sluice.schemas.message;
