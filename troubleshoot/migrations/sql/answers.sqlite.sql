-- The triggers of work.sqlite.sql on answers, once more: the table was made anew since.

CREATE TRIGGER IF NOT EXISTS troubleshoot_answer_no_update BEFORE UPDATE ON troubleshoot_answer
BEGIN SELECT RAISE(ABORT, 'an answer cannot be changed'); END

CREATE TRIGGER IF NOT EXISTS troubleshoot_answer_no_delete BEFORE DELETE ON troubleshoot_answer
BEGIN SELECT RAISE(ABORT, 'an answer cannot be deleted'); END

CREATE TRIGGER IF NOT EXISTS troubleshoot_answer_no_replace BEFORE INSERT ON troubleshoot_answer
WHEN EXISTS (SELECT 1 FROM troubleshoot_answer AS old WHERE old.id = NEW.id
             OR (old.case_id = NEW.case_id AND old.number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'an answer cannot be replaced'); END
