-- The audit log is append-only. Each table needs three guards: UPDATE, DELETE, and INSERT against REPLACE, which
-- deletes the old row without firing DELETE triggers unless recursive_triggers is on. REPLACE can also aim at the
-- hidden rowid or at another unique key, so the guard looks at all of them.

CREATE TRIGGER troubleshoot_entry_no_update BEFORE UPDATE ON troubleshoot_entry
BEGIN SELECT RAISE(ABORT, 'audit log: an entry cannot be changed'); END

CREATE TRIGGER troubleshoot_entry_no_delete BEFORE DELETE ON troubleshoot_entry
BEGIN SELECT RAISE(ABORT, 'audit log: an entry cannot be deleted'); END

CREATE TRIGGER troubleshoot_entry_no_replace BEFORE INSERT ON troubleshoot_entry
WHEN EXISTS (SELECT 1 FROM troubleshoot_entry AS old WHERE old.id = NEW.id OR old.rowid = NEW.rowid
             OR (old.writer_id = NEW.writer_id AND old.seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'audit log: an entry cannot be replaced'); END

CREATE TRIGGER troubleshoot_entryobject_no_update BEFORE UPDATE ON troubleshoot_entryobject
BEGIN SELECT RAISE(ABORT, 'audit log: an entry cannot be changed'); END

CREATE TRIGGER troubleshoot_entryobject_no_delete BEFORE DELETE ON troubleshoot_entryobject
BEGIN SELECT RAISE(ABORT, 'audit log: an entry cannot be deleted'); END

CREATE TRIGGER troubleshoot_entryobject_no_replace BEFORE INSERT ON troubleshoot_entryobject
WHEN EXISTS (SELECT 1 FROM troubleshoot_entryobject AS old WHERE old.id = NEW.id
             OR (old.kind = NEW.kind AND old.ref = NEW.ref AND old.entry_id = NEW.entry_id))
BEGIN SELECT RAISE(ABORT, 'audit log: an entry cannot be replaced'); END

-- A personal part may be erased (a right of the person it names) but never altered.

CREATE TRIGGER troubleshoot_personalpart_no_update BEFORE UPDATE ON troubleshoot_personalpart
BEGIN SELECT RAISE(ABORT, 'audit log: a personal part can be erased, not changed'); END

CREATE TRIGGER troubleshoot_personalpart_no_replace BEFORE INSERT ON troubleshoot_personalpart
WHEN EXISTS (SELECT 1 FROM troubleshoot_personalpart AS old WHERE old.entry_id = NEW.entry_id OR old.rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'audit log: a personal part can be erased, not replaced'); END

-- A writer's sequence only ever moves on by one.

CREATE TRIGGER troubleshoot_writer_moves_on BEFORE UPDATE ON troubleshoot_writer
WHEN NEW.id IS NOT OLD.id OR NEW.seq IS NOT OLD.seq + 1
BEGIN SELECT RAISE(ABORT, 'audit log: a writer moves on by one'); END

CREATE TRIGGER troubleshoot_writer_no_delete BEFORE DELETE ON troubleshoot_writer
BEGIN SELECT RAISE(ABORT, 'audit log: a writer cannot be deleted'); END

CREATE TRIGGER troubleshoot_writer_no_replace BEFORE INSERT ON troubleshoot_writer
WHEN EXISTS (SELECT 1 FROM troubleshoot_writer AS old WHERE old.id = NEW.id OR old.rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'audit log: a writer cannot be replaced'); END
