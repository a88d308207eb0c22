/**
 * The results of fine-tune jobs, as a table, as JSON and as an HTML page with plots.
 *
 * <p>The command line and the study use this package. It knows the schemas, but neither Kafka nor
 * files: the caller reads jobs, results and datasets.
 */
package io.sluice.streams.report;
