-- Accounts, workspaces, apps and runs. Text columns that hold one of a few words are checked in code, so that a release
-- may add a word without a contract migration.

create table account (
  id uuid primary key,
  email text not null unique,
  name text not null,
  password_hash text,
  status text not null,
  locale text not null,
  theme text not null,
  instance_operator boolean not null,
  created_at timestamptz not null
);

create table session (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  token_hash text not null unique,
  csrf_hash text not null,
  ip text not null,
  user_agent text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoke_reason text
);
create index session_account on session (account_id, created_at);
create index session_expiry on session (expires_at);

create table workspace (
  id uuid primary key,
  name text not null,
  slug text not null unique,
  created_at timestamptz not null
);

create table membership (
  workspace_id uuid not null references workspace (id) on delete cascade,
  account_id uuid not null references account (id) on delete cascade,
  role text not null,
  joined_at timestamptz not null,
  primary key (workspace_id, account_id)
);
create index membership_account on membership (account_id);

create table attempt (
  id uuid primary key,
  key_hash text not null,
  at timestamptz not null
);
create index attempt_key on attempt (key_hash, at);
create index attempt_age on attempt (at);

create table installation (
  key text primary key,
  value text not null
);

create table workspace_data_key (
  id uuid primary key,
  workspace_id uuid not null references workspace (id) on delete cascade,
  wrapped text not null,
  kek_id text not null,
  state text not null
);
create unique index workspace_data_key_active on workspace_data_key (workspace_id) where state = 'active';

create table model_provider (
  workspace_id uuid not null references workspace (id) on delete cascade,
  provider text not null,
  base_url text not null,
  sealed_key text,
  key_hint text not null,
  updated_at timestamptz not null,
  primary key (workspace_id, provider)
);

create table app (
  id uuid primary key,
  workspace_id uuid not null references workspace (id) on delete cascade,
  mode text not null,
  name text not null,
  description text not null,
  icon_type text not null,
  icon text not null,
  icon_background text not null,
  status text not null,
  enable_api boolean not null,
  document_text text not null,
  document_hash text not null,
  dsl_version text not null,
  published_version_id uuid,
  created_by uuid references account (id) on delete set null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index app_newest on app (workspace_id, updated_at desc, id desc) where deleted_at is null;

create table app_version (
  id uuid primary key,
  workspace_id uuid not null references workspace (id) on delete cascade,
  app_id uuid not null references app (id) on delete cascade,
  number integer not null,
  document_text text not null,
  document_hash text not null,
  created_by uuid references account (id) on delete set null,
  created_at timestamptz not null,
  constraint app_version_number unique (app_id, number)
);

-- What grows with use names its app without a foreign key: checking one costs every insert, and what is removed is
-- removed by retention, in batches.
create table app_day (
  app_id uuid not null,
  day date not null,
  workspace_id uuid not null,
  runs integer not null,
  primary key (app_id, day)
) with (fillfactor = 50);

create table pending_import (
  id uuid primary key,
  workspace_id uuid not null references workspace (id) on delete cascade,
  content text not null,
  draft boolean not null,
  expires_at timestamptz not null
);
create index pending_import_expiry on pending_import (expires_at);

create table api_key (
  id uuid primary key,
  workspace_id uuid not null references workspace (id) on delete cascade,
  app_id uuid not null references app (id) on delete cascade,
  prefix text not null,
  hash text not null unique,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index api_key_app on api_key (app_id, created_at);

create table end_user (
  id uuid primary key,
  workspace_id uuid not null,
  app_id uuid not null,
  "user" text not null,
  user_hash text not null,
  created_at timestamptz not null,
  constraint end_user_of_app unique (app_id, user_hash)
);

create table conversation (
  id uuid primary key,
  workspace_id uuid not null,
  app_id uuid not null,
  end_user_id uuid,
  caller json not null,
  name text not null,
  dialogue_count integer not null,
  inputs json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index conversation_of_user on conversation (app_id, end_user_id, updated_at desc, id desc);
create index conversation_newest on conversation (app_id, updated_at desc, id desc);

create table conversation_variable (
  conversation_id uuid not null,
  variable_id text not null,
  workspace_id uuid not null,
  value json not null,
  primary key (conversation_id, variable_id)
);

create table run (
  id uuid primary key,
  workspace_id uuid not null,
  app_id uuid not null,
  version_id uuid not null,
  version_number integer not null,
  mode text not null,
  trigger text not null,
  queue text not null,
  status text not null,
  caller json not null,
  inputs json not null,
  query text,
  files json not null,
  conversation_id uuid,
  message_id uuid,
  dialogue_count integer not null,
  outputs json not null,
  answer text not null,
  error json,
  usage json,
  total_steps integer not null,
  exceptions_count integer not null,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  elapsed_ms double precision,
  stop_requested_by json,
  queued_at timestamptz not null,
  lease_owner text,
  lease_expires_at timestamptz,
  heartbeat_at timestamptz,
  attempt integer not null,
  fruitless_takeovers integer not null,
  journal_at_claim integer not null
-- Room for heartbeats to stay on their page.
) with (fillfactor = 80);
create index run_newest on run (app_id, created_at desc, id desc);
-- Small however many runs there are. The lease is no part of it, so that a heartbeat touches no index.
create index run_running on run (id) where status = 'running';
create index run_queued on run (queued_at) where status = 'queued';

create table run_step (
  run_id uuid not null,
  position integer not null,
  workspace_id uuid not null,
  entry json not null,
  primary key (run_id, position)
);

create table message (
  id uuid primary key,
  workspace_id uuid not null,
  app_id uuid not null,
  conversation_id uuid not null,
  run_id uuid not null unique,
  query text not null,
  inputs json not null,
  answer text not null,
  status text not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index message_of_conversation on message (conversation_id, created_at desc, id desc);
