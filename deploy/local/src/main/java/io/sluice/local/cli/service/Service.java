package io.sluice.local.cli.service;

import java.util.concurrent.Callable;

/**
 * A command that runs a service until it is stopped. Its log goes to the console, where operators
 * and log collectors expect it; every other command keeps the console for its results.
 */
public sealed interface Service extends Callable<Integer>
    permits StreamsCommand, TrainerCommand, WorkerCommand {}
