package dev.warren.worker.app;

import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;

/** The built-in example tasks without their application: what {@code Warren.pool(4)} runs. */
@ComponentScan(
    excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = WorkerApplication.class))
public final class BuiltInTasks {}
