/** What became of fine-tune jobs, as a table, as JSON and as a page with plots. Knows no Kafka. */
package io.sluice.streams.report;
