-- For a migration that makes the table of jobs anew: SQLite drops its triggers with it, and renames no table that a
-- trigger of another one names. jobs_guarded.sqlite.sql puts them back.

DROP TRIGGER troubleshoot_job_no_replace

DROP TRIGGER troubleshoot_job_stays_itself

DROP TRIGGER troubleshoot_job_ends_once

DROP TRIGGER troubleshoot_job_no_delete

DROP TRIGGER troubleshoot_approval_as_the_job
