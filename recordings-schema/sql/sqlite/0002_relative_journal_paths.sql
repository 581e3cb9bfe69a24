-- Paths were absolute, so a moved data folder lost its journals. All lie in journals/<recording id>/ of it.
UPDATE recordings SET journal_path = substr(journal_path, instr(journal_path, '/journals/' || id || '/') + 1)
WHERE instr(journal_path, '/journals/' || id || '/') > 0;
