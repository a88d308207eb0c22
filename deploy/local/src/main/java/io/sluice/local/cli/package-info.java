/**
 * The command line of all parts of Sluice: {@link io.sluice.local.cli.Sluice} is the root command,
 * and each package below holds the commands for one kind of work.
 *
 * <ul>
 *   <li>{@code stack}: run the whole pipeline, or Kafka alone, on this machine
 *   <li>{@code service}: run one of the services against any Kafka
 *   <li>{@code pool}: send candidates, define target tasks, read the selected subset
 *   <li>{@code job}: follow fine-tune jobs, fetch their datasets and results
 *   <li>{@code offline}: represent, score, select and train on files, without Kafka
 *   <li>{@code bench}: measure this machine
 *   <li>{@code options}, {@code process}: what the commands share
 * </ul>
 *
 * <p>The commands know every other part; nothing outside this tree knows the command line.
 */
package io.sluice.local.cli;
