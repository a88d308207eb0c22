/**
 * Carries out the plan of a study: represents its candidates, trains and evaluates its cells, and
 * keeps all of it in a folder from which it continues after any interruption. It knows neither
 * Kafka nor the command line.
 */
package io.sluice.local.study.run;
