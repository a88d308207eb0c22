/**
 * Connects exported datasets with the text forms of models: what a trainer is given of an example
 * are the tokens that it was selected by. It knows no Kafka.
 */
package io.sluice.local.export;
