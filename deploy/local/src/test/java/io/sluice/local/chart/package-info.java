/**
 * Tests of the Helm chart; those that render it need helm on the path, and skip themselves without
 * it.
 */
package io.sluice.local.chart;
