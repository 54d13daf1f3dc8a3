package dev.warren.it.conformance;

import org.jspecify.annotations.Nullable;

/**
 * One piece of work whose execution a test follows.
 *
 * @param journal the file of the journal in which its begin and its end are written down
 * @param key its name there
 * @param gate a file that it waits for before it goes on, or null
 * @param fails whether it fails in place of its end
 */
public record WorkItem(String journal, String key, @Nullable String gate, boolean fails) {}
