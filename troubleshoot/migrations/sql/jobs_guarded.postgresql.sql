-- What jobs_open.postgresql.sql suspended.

ALTER TABLE troubleshoot_job ENABLE ALWAYS TRIGGER troubleshoot_job_guard
