-- What a person's PC told is never rewritten.

CREATE TRIGGER troubleshoot_pcblock_no_update BEFORE UPDATE ON troubleshoot_pcblock
BEGIN SELECT RAISE(ABORT, 'a pasted block cannot be changed'); END

CREATE TRIGGER troubleshoot_pcblock_no_delete BEFORE DELETE ON troubleshoot_pcblock
BEGIN SELECT RAISE(ABORT, 'a pasted block cannot be deleted'); END

CREATE TRIGGER troubleshoot_pcblock_no_replace BEFORE INSERT ON troubleshoot_pcblock
WHEN EXISTS (SELECT 1 FROM troubleshoot_pcblock AS old WHERE old.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a pasted block cannot be replaced'); END
