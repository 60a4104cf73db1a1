-- The audit log is append-only. Row triggers do not see TRUNCATE, so that has its own; ENABLE ALWAYS keeps them
-- firing under session_replication_role = replica.

CREATE FUNCTION troubleshoot_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit log: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$

-- When and by whom a row came in is the database's own word, whatever the statement says.

CREATE FUNCTION troubleshoot_audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.received_at := clock_timestamp();
    NEW.db_user := session_user;
    RETURN NEW;
END $$

CREATE FUNCTION troubleshoot_audit_move_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id IS DISTINCT FROM OLD.id OR NEW.seq IS DISTINCT FROM OLD.seq + 1 THEN
        RAISE EXCEPTION 'audit log: a writer moves on by one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$

CREATE TRIGGER troubleshoot_entry_stamp BEFORE INSERT ON troubleshoot_entry
FOR EACH ROW EXECUTE FUNCTION troubleshoot_audit_stamp()

CREATE TRIGGER troubleshoot_entry_append_only BEFORE UPDATE OR DELETE ON troubleshoot_entry
FOR EACH ROW EXECUTE FUNCTION troubleshoot_audit_refuse()

CREATE TRIGGER troubleshoot_entry_no_truncate BEFORE TRUNCATE ON troubleshoot_entry
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_audit_refuse()

CREATE TRIGGER troubleshoot_entryobject_append_only BEFORE UPDATE OR DELETE ON troubleshoot_entryobject
FOR EACH ROW EXECUTE FUNCTION troubleshoot_audit_refuse()

CREATE TRIGGER troubleshoot_entryobject_no_truncate BEFORE TRUNCATE ON troubleshoot_entryobject
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_audit_refuse()

-- A personal part may be erased (a right of the person it names) but never altered.

CREATE TRIGGER troubleshoot_personalpart_no_update BEFORE UPDATE ON troubleshoot_personalpart
FOR EACH ROW EXECUTE FUNCTION troubleshoot_audit_refuse()

CREATE TRIGGER troubleshoot_personalpart_no_truncate BEFORE TRUNCATE ON troubleshoot_personalpart
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_audit_refuse()

CREATE TRIGGER troubleshoot_writer_moves_on BEFORE UPDATE ON troubleshoot_writer
FOR EACH ROW EXECUTE FUNCTION troubleshoot_audit_move_on()

CREATE TRIGGER troubleshoot_writer_no_delete BEFORE DELETE ON troubleshoot_writer
FOR EACH ROW EXECUTE FUNCTION troubleshoot_audit_refuse()

CREATE TRIGGER troubleshoot_writer_no_truncate BEFORE TRUNCATE ON troubleshoot_writer
FOR EACH STATEMENT EXECUTE FUNCTION troubleshoot_audit_refuse()

ALTER TABLE troubleshoot_entry ENABLE ALWAYS TRIGGER troubleshoot_entry_stamp

ALTER TABLE troubleshoot_entry ENABLE ALWAYS TRIGGER troubleshoot_entry_append_only

ALTER TABLE troubleshoot_entry ENABLE ALWAYS TRIGGER troubleshoot_entry_no_truncate

ALTER TABLE troubleshoot_entryobject ENABLE ALWAYS TRIGGER troubleshoot_entryobject_append_only

ALTER TABLE troubleshoot_entryobject ENABLE ALWAYS TRIGGER troubleshoot_entryobject_no_truncate

ALTER TABLE troubleshoot_personalpart ENABLE ALWAYS TRIGGER troubleshoot_personalpart_no_update

ALTER TABLE troubleshoot_personalpart ENABLE ALWAYS TRIGGER troubleshoot_personalpart_no_truncate

ALTER TABLE troubleshoot_writer ENABLE ALWAYS TRIGGER troubleshoot_writer_moves_on

ALTER TABLE troubleshoot_writer ENABLE ALWAYS TRIGGER troubleshoot_writer_no_delete

ALTER TABLE troubleshoot_writer ENABLE ALWAYS TRIGGER troubleshoot_writer_no_truncate
