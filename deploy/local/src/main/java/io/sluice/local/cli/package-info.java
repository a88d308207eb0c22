/**
 * The command line of Sluice. {@link io.sluice.local.cli.Sluice} is the root command, and each
 * package below contains the commands for one kind of work.
 *
 * <ul>
 *   <li>{@code stack}: run the whole pipeline, or only Kafka, on this machine
 *   <li>{@code service}: run one of the services with any Kafka
 *   <li>{@code pool}: send candidates, define target tasks, read the selected subset
 *   <li>{@code job}: list and fire fine-tune jobs, fetch their datasets and results
 *   <li>{@code offline}: represent, score, select and train on files, without Kafka
 *   <li>{@code bench}: measure the performance on this machine
 *   <li>{@code options}, {@code process}: code that the commands share
 * </ul>
 *
 * <p>The commands may use every other part of Sluice; nothing outside this tree may use the command
 * line.
 */
package io.sluice.local.cli;
