/**
 * What an instance learns of the whole of Sluice from Kafka while people watch it: the newest
 * changes of subsets, the history of tasks, the reports of trainers, the flow of records, the
 * services that run, and the dead letters. Nothing here is state that a selection depends on, and
 * all of it is bounded.
 */
package io.sluice.streams.watch;
