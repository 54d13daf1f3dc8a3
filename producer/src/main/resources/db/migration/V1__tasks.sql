-- For H2 (MODE=PostgreSQL) and PostgreSQL alike.

create table task (
  id               uuid primary key,
  task             varchar(300) not null,
  queue            varchar(300) not null,
  state            varchar(10)  not null,
  priority         integer,
  eta              timestamp(6) with time zone,
  expires          timestamp(6) with time zone,
  time_limit_ms    bigint,
  max_retries      integer      not null,
  attempts         integer      not null,
  retries          integer      not null,
  due_at           timestamp(6) with time zone,
  worker           varchar(300),
  submitted_at     timestamp(6) with time zone not null,
  started_at       timestamp(6) with time zone,
  finished_at      timestamp(6) with time zone,
  progress_current bigint,
  progress_total   bigint,
  -- null, if it is no part of a group
  group_id         uuid,
  first_item       integer,
  items            integer,
  done             integer,
  failed           integer,
  generation       integer,
  star             boolean,
  -- the outbox: when the task is to be published; null if the broker has it, or it is finished
  publish_at       timestamp(6) with time zone,
  -- when it was published, or last heard of; null if it was not, or is finished
  heard_at         timestamp(6) with time zone,
  -- false until its caller may be told that it is accepted
  accepted         boolean      not null,
  cancel_requested boolean      not null,
  error_type       varchar(300),
  error_message    text,
  error_trace      text,
  result           text
);

-- Apart from the task, because a row that changes is written anew, whole.
create table task_content (
  task_id uuid primary key,
  -- an array; of a part of a group: its items
  args    text not null,
  -- an object
  kwargs  text not null
);

create index task_state on task (state, id);

-- Attempts that ended, or were followed by another one; the latest is in the task's own row.
create table task_attempt (
  task_id       uuid    not null,
  generation    integer not null,
  attempt       integer not null,
  worker        varchar(300),
  started_at    timestamp(6) with time zone,
  ended_at      timestamp(6) with time zone,
  error_type    varchar(300),
  error_message text,
  primary key (task_id, generation, attempt)
);

create table task_group (
  id           uuid primary key,
  task         varchar(300) not null,
  queue        varchar(300) not null,
  -- OPEN: its request is being read. SEALED: accepted, and its parts are on their way to the
  -- outbox. RELEASED: all of them are there. DROPPED: to be removed, and known to nobody any more.
  stage        varchar(10)  not null,
  items        integer      not null,
  chunk_size   integer      not null,
  submitted_at timestamp(6) with time zone not null
);

create index task_group_stage on task_group (stage, id);

create table idempotency (
  request_key varchar(600) primary key,
  fingerprint varchar(64)  not null,
  -- of a task or of a group
  task_id     uuid         not null
);

create index idempotency_task on idempotency (task_id);

-- One row: what tells this database from others that producers on the same broker have.
create table store_identity (
  one integer primary key,
  id  uuid not null
);
