/**
 * Output for people at a terminal, shared by the commands and the quickstart: tables and progress
 * bars. Knows nothing of Sluice.
 */
package io.sluice.local.console;
