/**
 * The services of Sluice in this process: {@link io.sluice.local.services.LocalServices} runs a
 * streams-app, a worker and, if wanted, a trainer against one Kafka, for {@code quickstart} and for
 * {@code up --all}, and {@link io.sluice.local.services.BundledTasks} gives them something to do.
 */
package io.sluice.local.services;
