-- What a person's PC told is never rewritten.

CREATE TRIGGER troubleshoot_pcblock_append_only BEFORE UPDATE OR DELETE ON troubleshoot_pcblock
FOR EACH ROW EXECUTE FUNCTION troubleshoot_work_refuse()

ALTER TABLE troubleshoot_pcblock ENABLE ALWAYS TRIGGER troubleshoot_pcblock_append_only

CREATE TRIGGER troubleshoot_pcblock_no_truncate BEFORE TRUNCATE ON troubleshoot_pcblock
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_work_refuse()
