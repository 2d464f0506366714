-- Runs that wait for people, the order of a conversation's turns, and files of runs.

alter table run add column active_ms double precision not null default 0;
-- Runs that repeat others: the one they continue from its failed step, or answer from its recording.
alter table run add column repeats json;
create index run_paused on run (queued_at) where status = 'paused';
create index run_turns on run (conversation_id, created_at, id) where status = 'queued' and conversation_id is not null;

-- The run whose turn it is. Rows that release it change nothing else of it, so a claim needs one row's lock and no other.
alter table conversation add column turn_of uuid;

create table human_input_form (
  id uuid primary key,
  workspace_id uuid not null,
  app_id uuid not null,
  run_id uuid not null,
  node_id text not null,
  token text unique,
  reason json not null,
  status text not null,
  answer json,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  answered_at timestamptz
);
create index human_input_form_of_run on human_input_form (run_id);
create index human_input_form_open on human_input_form (expires_at) where status = 'open';

create table file (
  id uuid primary key,
  workspace_id uuid not null,
  app_id uuid not null,
  run_id uuid,
  origin text not null,
  name text not null,
  extension text not null,
  mime_type text not null,
  size bigint not null,
  key text not null,
  created_by json,
  created_at timestamptz not null
);
