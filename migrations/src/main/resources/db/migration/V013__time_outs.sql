-- What a function leaves behind that was ended in the middle of a transaction is let go of within a call's patience:
-- no transaction is held across a call to anybody, so one that idles has lost its owner.
alter role app set idle_in_transaction_session_timeout = '6s';
-- Nobody waits longer for an answer.
alter role app set statement_timeout = '8s';
