/**
 * Output for people at a terminal, shared by the commands and the quickstart: tables and progress
 * bars. It knows nothing of the rest of Sluice.
 */
package io.sluice.local.console;
