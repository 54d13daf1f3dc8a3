/** The producer as its callers and its operators meet it. */
@NullMarked
package dev.warren.it.rest;

import org.jspecify.annotations.NullMarked;
