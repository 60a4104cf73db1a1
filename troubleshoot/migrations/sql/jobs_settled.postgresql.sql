-- The guard of work.postgresql.sql, with what a lost change may become; and it is in force again.

CREATE OR REPLACE FUNCTION troubleshoot_job_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.host_id, NEW.case_id, NEW.action, NEW.risk, NEW.plan_id, NEW.origin_id, NEW.lost_id,
        NEW.requester_id, NEW.beneficiary_id, NEW.needs_approval, NEW.self_service)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.host_id, OLD.case_id, OLD.action, OLD.risk, OLD.plan_id, OLD.origin_id, OLD.lost_id,
        OLD.requester_id, OLD.beneficiary_id, OLD.needs_approval, OLD.self_service)
       OR (OLD.starter_id IS NOT NULL AND NEW.starter_id IS DISTINCT FROM OLD.starter_id) THEN
        RAISE EXCEPTION 'a job cannot become another job' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND (
          OLD.state IN ('done', 'declined', 'expired', 'cancelled', 'drifted', 'refused', 'unreachable', 'reverted')
       OR (OLD.state IN ('verified', 'not_verified', 'failed') AND NEW.state <> 'reverted')
       OR (OLD.state = 'unknown' AND NEW.state NOT IN
           ('verifying', 'drifted', 'unreachable', 'not_verified', 'failed', 'reverted'))) THEN
        RAISE EXCEPTION 'a job has ended and stays so' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$

ALTER TABLE troubleshoot_job ENABLE ALWAYS TRIGGER troubleshoot_job_guard
