alter table task add column soft_time_limit_ms bigint;
