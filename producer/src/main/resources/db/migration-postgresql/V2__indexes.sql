-- Every write of a task makes an entry in each index that has the row: those without nulls are cheaper.
create index task_publish_at on task (publish_at) where publish_at is not null;
create index task_finished_at on task (finished_at) where finished_at is not null;
create index task_heard_at on task (queue, heard_at) where heard_at is not null and publish_at is null;
create index task_part on task (group_id, first_item) where group_id is not null;

-- A task is written three times and read seldom.
alter table task set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
