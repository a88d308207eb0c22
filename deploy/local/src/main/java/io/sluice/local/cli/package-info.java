/** The one command line of all parts. */
package io.sluice.local.cli;
