-- What was answered, published, planned and decided is never rewritten.

CREATE TRIGGER troubleshoot_answer_no_update BEFORE UPDATE ON troubleshoot_answer
BEGIN SELECT RAISE(ABORT, 'an answer cannot be changed'); END

CREATE TRIGGER troubleshoot_answer_no_delete BEFORE DELETE ON troubleshoot_answer
BEGIN SELECT RAISE(ABORT, 'an answer cannot be deleted'); END

CREATE TRIGGER troubleshoot_answer_no_replace BEFORE INSERT ON troubleshoot_answer
WHEN EXISTS (SELECT 1 FROM troubleshoot_answer AS old WHERE old.id = NEW.id
             OR (old.case_id = NEW.case_id AND old.number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'an answer cannot be replaced'); END

CREATE TRIGGER troubleshoot_guideversion_no_update BEFORE UPDATE ON troubleshoot_guideversion
BEGIN SELECT RAISE(ABORT, 'a published guide cannot be changed'); END

CREATE TRIGGER troubleshoot_guideversion_no_delete BEFORE DELETE ON troubleshoot_guideversion
BEGIN SELECT RAISE(ABORT, 'a published guide cannot be deleted'); END

CREATE TRIGGER troubleshoot_plan_no_update BEFORE UPDATE ON troubleshoot_plan
BEGIN SELECT RAISE(ABORT, 'a plan cannot be changed'); END

CREATE TRIGGER troubleshoot_plan_no_delete BEFORE DELETE ON troubleshoot_plan
BEGIN SELECT RAISE(ABORT, 'a plan cannot be deleted'); END

-- REPLACE deletes the old row without firing DELETE triggers unless recursive_triggers is on.

CREATE TRIGGER troubleshoot_guideversion_no_replace BEFORE INSERT ON troubleshoot_guideversion
WHEN EXISTS (SELECT 1 FROM troubleshoot_guideversion AS old WHERE old.id = NEW.id OR old.digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'a published guide cannot be replaced'); END

CREATE TRIGGER troubleshoot_plan_no_replace BEFORE INSERT ON troubleshoot_plan
WHEN EXISTS (SELECT 1 FROM troubleshoot_plan AS old WHERE old.id = NEW.id OR old.rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'a plan cannot be replaced'); END

CREATE TRIGGER troubleshoot_job_no_replace BEFORE INSERT ON troubleshoot_job
WHEN EXISTS (SELECT 1 FROM troubleshoot_job AS old WHERE old.id = NEW.id OR old.rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'a job cannot be replaced'); END

-- A job never changes what it is about, and an end is an end: only a finished change can still be reverted.

CREATE TRIGGER troubleshoot_job_stays_itself BEFORE UPDATE ON troubleshoot_job
WHEN NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.host_id IS NOT OLD.host_id
  OR NEW.case_id IS NOT OLD.case_id OR NEW.action IS NOT OLD.action OR NEW.risk IS NOT OLD.risk
  OR NEW.plan_id IS NOT OLD.plan_id OR NEW.origin_id IS NOT OLD.origin_id
  OR NEW.requester_id IS NOT OLD.requester_id OR NEW.beneficiary_id IS NOT OLD.beneficiary_id
  OR NEW.needs_approval IS NOT OLD.needs_approval OR NEW.self_service IS NOT OLD.self_service
  OR (OLD.starter_id IS NOT NULL AND NEW.starter_id IS NOT OLD.starter_id)
BEGIN SELECT RAISE(ABORT, 'a job cannot become another job'); END

CREATE TRIGGER troubleshoot_job_ends_once BEFORE UPDATE ON troubleshoot_job
WHEN NEW.state IS NOT OLD.state AND (
     OLD.state IN ('done', 'declined', 'expired', 'cancelled', 'drifted', 'refused', 'unreachable', 'reverted')
  OR (OLD.state IN ('verified', 'not_verified', 'failed') AND NEW.state <> 'reverted'))
BEGIN SELECT RAISE(ABORT, 'a job has ended and stays so'); END

CREATE TRIGGER troubleshoot_job_no_delete BEFORE DELETE ON troubleshoot_job
BEGIN SELECT RAISE(ABORT, 'a job cannot be deleted'); END

-- A vote repeats whose request it is about and which plan. SQLite cannot fill the columns, so it refuses a difference.

CREATE TRIGGER troubleshoot_approval_as_the_job BEFORE INSERT ON troubleshoot_approval
WHEN NOT EXISTS (
    SELECT 1 FROM troubleshoot_job AS job JOIN troubleshoot_plan AS plan ON plan.id = job.plan_id
    WHERE job.id = NEW.job_id AND job.state = 'waiting_approval' AND job.requester_id = NEW.requester_id
      AND job.beneficiary_id IS NEW.beneficiary_id AND plan.digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'a vote must repeat the requester, beneficiary and plan of its waiting job'); END

CREATE TRIGGER troubleshoot_approval_no_replace BEFORE INSERT ON troubleshoot_approval
WHEN EXISTS (SELECT 1 FROM troubleshoot_approval AS old WHERE old.id = NEW.id OR old.rowid = NEW.rowid
             OR (old.job_id = NEW.job_id AND old.approver_id = NEW.approver_id))
BEGIN SELECT RAISE(ABORT, 'a vote cannot be replaced'); END

CREATE TRIGGER troubleshoot_approval_is_only_used BEFORE UPDATE ON troubleshoot_approval
WHEN OLD.used_at IS NOT NULL OR NEW.used_at IS NULL
  OR NEW.id IS NOT OLD.id OR NEW.job_id IS NOT OLD.job_id OR NEW.digest IS NOT OLD.digest
  OR NEW.approver_id IS NOT OLD.approver_id OR NEW.requester_id IS NOT OLD.requester_id
  OR NEW.beneficiary_id IS NOT OLD.beneficiary_id OR NEW.decision IS NOT OLD.decision
  OR NEW.reason IS NOT OLD.reason OR NEW.made_at IS NOT OLD.made_at OR NEW.expires_at IS NOT OLD.expires_at
BEGIN SELECT RAISE(ABORT, 'a vote cannot be changed, only used once'); END

CREATE TRIGGER troubleshoot_approval_no_delete BEFORE DELETE ON troubleshoot_approval
BEGIN SELECT RAISE(ABORT, 'a vote cannot be deleted'); END
