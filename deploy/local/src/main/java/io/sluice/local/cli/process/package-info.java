/**
 * How a command behaves as a process: where its log goes, and how it stops when the JVM is asked to
 * shut down. These classes know no command and no option.
 */
package io.sluice.local.cli.process;
