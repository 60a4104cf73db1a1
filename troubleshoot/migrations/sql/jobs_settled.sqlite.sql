-- The triggers that jobs_open.sqlite.sql dropped, with what a lost change may become.

CREATE TRIGGER troubleshoot_job_no_replace BEFORE INSERT ON troubleshoot_job
WHEN EXISTS (SELECT 1 FROM troubleshoot_job AS old WHERE old.id = NEW.id OR old.rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'a job cannot be replaced'); END

CREATE TRIGGER troubleshoot_job_stays_itself BEFORE UPDATE ON troubleshoot_job
WHEN NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.host_id IS NOT OLD.host_id
  OR NEW.case_id IS NOT OLD.case_id OR NEW.action IS NOT OLD.action OR NEW.risk IS NOT OLD.risk
  OR NEW.plan_id IS NOT OLD.plan_id OR NEW.origin_id IS NOT OLD.origin_id OR NEW.lost_id IS NOT OLD.lost_id
  OR NEW.requester_id IS NOT OLD.requester_id OR NEW.beneficiary_id IS NOT OLD.beneficiary_id
  OR NEW.needs_approval IS NOT OLD.needs_approval OR NEW.self_service IS NOT OLD.self_service
  OR (OLD.starter_id IS NOT NULL AND NEW.starter_id IS NOT OLD.starter_id)
BEGIN SELECT RAISE(ABORT, 'a job cannot become another job'); END

CREATE TRIGGER troubleshoot_job_ends_once BEFORE UPDATE ON troubleshoot_job
WHEN NEW.state IS NOT OLD.state AND (
     OLD.state IN ('done', 'declined', 'expired', 'cancelled', 'drifted', 'refused', 'unreachable', 'reverted')
  OR (OLD.state IN ('verified', 'not_verified', 'failed') AND NEW.state <> 'reverted')
  OR (OLD.state = 'unknown' AND NEW.state NOT IN
      ('verifying', 'drifted', 'unreachable', 'not_verified', 'failed', 'reverted')))
BEGIN SELECT RAISE(ABORT, 'a job has ended and stays so'); END

CREATE TRIGGER troubleshoot_job_no_delete BEFORE DELETE ON troubleshoot_job
BEGIN SELECT RAISE(ABORT, 'a job cannot be deleted'); END

CREATE TRIGGER troubleshoot_approval_as_the_job BEFORE INSERT ON troubleshoot_approval
WHEN NOT EXISTS (
    SELECT 1 FROM troubleshoot_job AS job JOIN troubleshoot_plan AS plan ON plan.id = job.plan_id
    WHERE job.id = NEW.job_id AND job.state = 'waiting_approval' AND job.requester_id = NEW.requester_id
      AND job.beneficiary_id IS NEW.beneficiary_id AND plan.digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'a vote must repeat the requester, beneficiary and plan of its waiting job'); END
