/**
 * What a command does with its process: where its log goes, and how it ends when the JVM is asked
 * to stop. Knows no command and no option.
 */
package io.sluice.local.cli.process;
