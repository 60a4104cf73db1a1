-- What was answered, published, planned and decided is never rewritten.

CREATE FUNCTION troubleshoot_work_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$

CREATE TRIGGER troubleshoot_answer_append_only BEFORE UPDATE OR DELETE ON troubleshoot_answer
FOR EACH ROW EXECUTE FUNCTION troubleshoot_work_refuse()

ALTER TABLE troubleshoot_answer ENABLE ALWAYS TRIGGER troubleshoot_answer_append_only

CREATE TRIGGER troubleshoot_guideversion_append_only BEFORE UPDATE OR DELETE ON troubleshoot_guideversion
FOR EACH ROW EXECUTE FUNCTION troubleshoot_work_refuse()

ALTER TABLE troubleshoot_guideversion ENABLE ALWAYS TRIGGER troubleshoot_guideversion_append_only

CREATE TRIGGER troubleshoot_plan_append_only BEFORE UPDATE OR DELETE ON troubleshoot_plan
FOR EACH ROW EXECUTE FUNCTION troubleshoot_work_refuse()

ALTER TABLE troubleshoot_plan ENABLE ALWAYS TRIGGER troubleshoot_plan_append_only

-- A job never changes what it is about, and an end is an end: only a finished change can still be reverted.

CREATE FUNCTION troubleshoot_job_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.host_id, NEW.case_id, NEW.action, NEW.risk, NEW.plan_id, NEW.origin_id,
        NEW.requester_id, NEW.beneficiary_id, NEW.needs_approval, NEW.self_service)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.host_id, OLD.case_id, OLD.action, OLD.risk, OLD.plan_id, OLD.origin_id,
        OLD.requester_id, OLD.beneficiary_id, OLD.needs_approval, OLD.self_service)
       OR (OLD.starter_id IS NOT NULL AND NEW.starter_id IS DISTINCT FROM OLD.starter_id) THEN
        RAISE EXCEPTION 'a job cannot become another job' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND (
          OLD.state IN ('done', 'declined', 'expired', 'cancelled', 'drifted', 'refused', 'unreachable', 'reverted')
       OR (OLD.state IN ('verified', 'not_verified', 'failed') AND NEW.state <> 'reverted')) THEN
        RAISE EXCEPTION 'a job has ended and stays so' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$

CREATE TRIGGER troubleshoot_job_guard BEFORE UPDATE ON troubleshoot_job
FOR EACH ROW EXECUTE FUNCTION troubleshoot_job_guard()

ALTER TABLE troubleshoot_job ENABLE ALWAYS TRIGGER troubleshoot_job_guard

CREATE TRIGGER troubleshoot_job_no_delete BEFORE DELETE ON troubleshoot_job
FOR EACH ROW EXECUTE FUNCTION troubleshoot_work_refuse()

ALTER TABLE troubleshoot_job ENABLE ALWAYS TRIGGER troubleshoot_job_no_delete

-- A vote repeats whose request it is about and which plan; a difference is refused rather than corrected, as on SQLite.

CREATE FUNCTION troubleshoot_approval_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM troubleshoot_job AS job JOIN troubleshoot_plan AS plan ON plan.id = job.plan_id
        WHERE job.id = NEW.job_id AND job.state = 'waiting_approval' AND job.requester_id = NEW.requester_id
          AND job.beneficiary_id IS NOT DISTINCT FROM NEW.beneficiary_id AND plan.digest = NEW.digest) THEN
        RAISE EXCEPTION 'a vote must repeat the requester, beneficiary and plan of its waiting job'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$

CREATE TRIGGER troubleshoot_approval_as_the_job BEFORE INSERT ON troubleshoot_approval
FOR EACH ROW EXECUTE FUNCTION troubleshoot_approval_guard()

ALTER TABLE troubleshoot_approval ENABLE ALWAYS TRIGGER troubleshoot_approval_as_the_job

CREATE FUNCTION troubleshoot_approval_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.used_at IS NOT NULL OR NEW.used_at IS NULL
       OR (NEW.id, NEW.job_id, NEW.digest, NEW.approver_id, NEW.requester_id, NEW.beneficiary_id, NEW.decision,
           NEW.reason, NEW.made_at, NEW.expires_at)
          IS DISTINCT FROM
          (OLD.id, OLD.job_id, OLD.digest, OLD.approver_id, OLD.requester_id, OLD.beneficiary_id, OLD.decision,
           OLD.reason, OLD.made_at, OLD.expires_at) THEN
        RAISE EXCEPTION 'a vote cannot be changed, only used once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$

CREATE TRIGGER troubleshoot_approval_once BEFORE UPDATE ON troubleshoot_approval
FOR EACH ROW EXECUTE FUNCTION troubleshoot_approval_once()

ALTER TABLE troubleshoot_approval ENABLE ALWAYS TRIGGER troubleshoot_approval_once

CREATE TRIGGER troubleshoot_approval_no_delete BEFORE DELETE ON troubleshoot_approval
FOR EACH ROW EXECUTE FUNCTION troubleshoot_work_refuse()

ALTER TABLE troubleshoot_approval ENABLE ALWAYS TRIGGER troubleshoot_approval_no_delete

-- Row triggers do not see TRUNCATE.

CREATE TRIGGER troubleshoot_answer_no_truncate BEFORE TRUNCATE ON troubleshoot_answer
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_work_refuse()

CREATE TRIGGER troubleshoot_approval_no_truncate BEFORE TRUNCATE ON troubleshoot_approval
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_work_refuse()

CREATE TRIGGER troubleshoot_job_no_truncate BEFORE TRUNCATE ON troubleshoot_job
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_work_refuse()

CREATE TRIGGER troubleshoot_plan_no_truncate BEFORE TRUNCATE ON troubleshoot_plan
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_work_refuse()

CREATE TRIGGER troubleshoot_guideversion_no_truncate BEFORE TRUNCATE ON troubleshoot_guideversion
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_work_refuse()
