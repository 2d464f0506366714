-- How many runs of a workspace wait or are at work, for the order of its jobs: reads none of those that have ended.
create index run_of_workspace on run (workspace_id, id) where status in ('queued', 'running');
