/** The whole way of the data in one process: from a file of candidates to subsets on disk. */
package io.sluice.local.quickstart;
