/**
 * Checksums and completeness of the frozen examples of a fine-tune job. The streams-app, which
 * writes datasets, and the trainer and the command line, which read them, share these rules.
 * Nothing here reads or writes Kafka.
 */
package io.sluice.schemas.dataset;
