/** Measurements of speed and of faithfulness. */
package io.sluice.local.bench;
