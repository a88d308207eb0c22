/** What the services of this module share: settings of Kafka, metrics, health, failures. */
package io.sluice.gpuworker.service;
