-- What a person answered about their PC is never rewritten.

CREATE TRIGGER troubleshoot_pcanswer_append_only BEFORE UPDATE OR DELETE ON troubleshoot_pcanswer
FOR EACH ROW EXECUTE FUNCTION troubleshoot_work_refuse()

ALTER TABLE troubleshoot_pcanswer ENABLE ALWAYS TRIGGER troubleshoot_pcanswer_append_only

CREATE TRIGGER troubleshoot_pcanswer_no_truncate BEFORE TRUNCATE ON troubleshoot_pcanswer
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_work_refuse()
