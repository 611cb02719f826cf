DROP TABLE ledger_keys;
DROP TABLE ledger_heads;
DROP TABLE ledger;
DROP TABLE ledger_waiting;
