create index task_publish_at on task (publish_at);
create index task_finished_at on task (finished_at);
create index task_part on task (group_id, first_item);
create index task_heard_at on task (queue, heard_at);
