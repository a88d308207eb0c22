package io.sluice.local.cli.service;

import java.util.concurrent.Callable;

/**
 * A command that runs until it is stopped. Operators follow its work in its log, which therefore
 * goes to the console; every other command keeps the console for its results.
 */
public sealed interface Service extends Callable<Integer>
    permits StreamsCommand, TrainerCommand, WorkerCommand {}
