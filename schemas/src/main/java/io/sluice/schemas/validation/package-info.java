/**
 * Rules of the contract that Avro types cannot express, such as the ranges of numbers. Each rule
 * class returns a list of problems in words, empty when there are none. Whatever accepts records
 * from outside (files, HTTP, topics) checks them here; the package knows the records only.
 */
package io.sluice.schemas.validation;
