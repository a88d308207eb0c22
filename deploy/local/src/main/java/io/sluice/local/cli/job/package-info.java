/**
 * Commands on fine-tune jobs: {@code jobs} lists, fires and cancels them, {@code dataset} writes
 * the frozen examples of a job as files, and {@code results} shows what training on them achieved.
 */
package io.sluice.local.cli.job;
