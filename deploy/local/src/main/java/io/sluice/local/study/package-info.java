/**
 * A study: which representation and which algorithm select the examples that a model learns a task
 * from, compared under control. This package holds what is computed from scores and losses: the
 * plan, the subsets, the comparisons, and the files that show them.
 *
 * <p>Pure: it knows neither files nor models, and no command. {@code io.sluice.local.study.run}
 * carries out a plan.
 */
package io.sluice.local.study;
