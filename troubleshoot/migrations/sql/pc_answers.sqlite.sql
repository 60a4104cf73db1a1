-- What a person answered about their PC is never rewritten.

CREATE TRIGGER troubleshoot_pcanswer_no_update BEFORE UPDATE ON troubleshoot_pcanswer
BEGIN SELECT RAISE(ABORT, 'an answer about a PC cannot be changed'); END

CREATE TRIGGER troubleshoot_pcanswer_no_delete BEFORE DELETE ON troubleshoot_pcanswer
BEGIN SELECT RAISE(ABORT, 'an answer about a PC cannot be deleted'); END

CREATE TRIGGER troubleshoot_pcanswer_no_replace BEFORE INSERT ON troubleshoot_pcanswer
WHEN EXISTS (SELECT 1 FROM troubleshoot_pcanswer AS old WHERE old.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an answer about a PC cannot be replaced'); END
