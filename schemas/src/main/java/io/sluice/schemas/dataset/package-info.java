/** What the contract says about the frozen examples of a fine-tune job, beyond the records. */
package io.sluice.schemas.dataset;
