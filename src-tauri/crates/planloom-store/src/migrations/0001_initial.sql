-- 0001: the first shape of the database.
--
-- Times are milliseconds since 1970 (UTC), money is 10^-12 US dollars, documents and views are JSON text.
-- `row_id` is the narrow integer by which tables refer to each other; it never leaves the store.

-- What a person names and finds. The steps are in the versions.
CREATE TABLE plans (
    row_id      INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    tags        TEXT    NOT NULL,  -- JSON array of texts
    version     INTEGER NOT NULL,  -- the newest one
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    archived_at INTEGER,
    folded      TEXT    NOT NULL   -- name and description without case, for the search
) STRICT;

CREATE TABLE plan_versions (
    plan       INTEGER NOT NULL REFERENCES plans (row_id),
    version    INTEGER NOT NULL,
    document   TEXT    NOT NULL,
    note       TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (plan, version)
) STRICT;

CREATE TRIGGER plan_versions_never_change BEFORE UPDATE ON plan_versions
BEGIN SELECT RAISE (ABORT, 'a published plan version never changes'); END;
CREATE TRIGGER plan_versions_are_kept BEFORE DELETE ON plan_versions
BEGIN SELECT RAISE (ABORT, 'a published plan version is never deleted'); END;

-- A discarded draft keeps its row, so that its revision goes on counting and an old window notices.
CREATE TABLE drafts (
    plan_id    TEXT    NOT NULL PRIMARY KEY,
    revision   INTEGER NOT NULL,
    document   TEXT,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE layouts (
    plan_id    TEXT    NOT NULL PRIMARY KEY,
    document   TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- What never changes about an execution. Newest first is `row_id` descending: a clock that jumps cannot reorder it.
CREATE TABLE executions (
    row_id       INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    plan         INTEGER NOT NULL REFERENCES plans (row_id),
    plan_version INTEGER NOT NULL,
    plan_name    TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    simulated    INTEGER NOT NULL
) STRICT;

-- The read row of an execution: folded from its journal, and rebuilt from it when asked.
CREATE TABLE execution_rows (
    execution    INTEGER PRIMARY KEY REFERENCES executions (row_id),
    plan         INTEGER NOT NULL,
    status       TEXT    NOT NULL,
    ended        INTEGER NOT NULL,
    started_at   INTEGER,
    completed_at INTEGER,
    duration_ms  INTEGER,
    cost_pico    INTEGER,
    view         TEXT    NOT NULL
) STRICT;
CREATE INDEX execution_rows_by_status ON execution_rows (status);
CREATE INDEX execution_rows_by_plan ON execution_rows (plan);
CREATE INDEX execution_rows_by_plan_and_status ON execution_rows (plan, status);
CREATE INDEX execution_rows_unended ON execution_rows (ended) WHERE ended = 0;

-- Totals of the lists and the averages of a plan, kept by triggers: counting 100,000 rows for each page would be too slow.
CREATE TABLE execution_counts (
    plan        INTEGER NOT NULL,
    status      TEXT    NOT NULL,
    executions  INTEGER NOT NULL,
    costs       INTEGER NOT NULL,  -- how many of them have a known cost
    cost_pico   INTEGER NOT NULL,
    durations   INTEGER NOT NULL,  -- how many of them have a duration
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (plan, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER execution_rows_counted AFTER INSERT ON execution_rows
BEGIN
    INSERT INTO execution_counts VALUES (new.plan, new.status, 1,
        new.ended AND new.cost_pico IS NOT NULL, iif (new.ended, ifnull (new.cost_pico, 0), 0),
        new.ended AND new.duration_ms IS NOT NULL, iif (new.ended, ifnull (new.duration_ms, 0), 0))
    ON CONFLICT (plan, status) DO UPDATE SET executions = executions + 1,
        costs = costs + excluded.costs, cost_pico = cost_pico + excluded.cost_pico,
        durations = durations + excluded.durations, duration_ms = duration_ms + excluded.duration_ms;
END;

CREATE TRIGGER execution_rows_uncounted AFTER DELETE ON execution_rows
BEGIN
    UPDATE execution_counts SET executions = executions - 1,
        costs = costs - (old.ended AND old.cost_pico IS NOT NULL),
        cost_pico = cost_pico - iif (old.ended, ifnull (old.cost_pico, 0), 0),
        durations = durations - (old.ended AND old.duration_ms IS NOT NULL),
        duration_ms = duration_ms - iif (old.ended, ifnull (old.duration_ms, 0), 0)
    WHERE plan = old.plan AND status = old.status;
END;

CREATE TRIGGER execution_rows_recounted AFTER UPDATE ON execution_rows
WHEN old.status IS NOT new.status OR old.plan IS NOT new.plan OR old.ended IS NOT new.ended
    OR (new.ended AND (old.cost_pico IS NOT new.cost_pico OR old.duration_ms IS NOT new.duration_ms))
BEGIN
    UPDATE execution_counts SET executions = executions - 1,
        costs = costs - (old.ended AND old.cost_pico IS NOT NULL),
        cost_pico = cost_pico - iif (old.ended, ifnull (old.cost_pico, 0), 0),
        durations = durations - (old.ended AND old.duration_ms IS NOT NULL),
        duration_ms = duration_ms - iif (old.ended, ifnull (old.duration_ms, 0), 0)
    WHERE plan = old.plan AND status = old.status;
    INSERT INTO execution_counts VALUES (new.plan, new.status, 1,
        new.ended AND new.cost_pico IS NOT NULL, iif (new.ended, ifnull (new.cost_pico, 0), 0),
        new.ended AND new.duration_ms IS NOT NULL, iif (new.ended, ifnull (new.duration_ms, 0), 0))
    ON CONFLICT (plan, status) DO UPDATE SET executions = executions + 1,
        costs = costs + excluded.costs, cost_pico = cost_pico + excluded.cost_pico,
        durations = durations + excluded.durations, duration_ms = duration_ms + excluded.duration_ms;
END;

-- The truth. `hash` chains the rows of one execution; the byte layout is described in src/journal.rs.
CREATE TABLE journal (
    seq       INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL REFERENCES executions (row_id),
    n         INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    hash      BLOB    NOT NULL,
    UNIQUE (execution, n)
) STRICT;

-- Nothing is ever taken out, so `seq` is never given twice and needs no AUTOINCREMENT.
CREATE TRIGGER journal_never_changes BEFORE UPDATE ON journal
BEGIN SELECT RAISE (ABORT, 'the journal never changes'); END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
BEGIN SELECT RAISE (ABORT, 'the journal is never deleted'); END;

-- The read row of a task. `row_id` = executions.row_id * 65536 + the index of the step in its plan:
-- one B-tree holds the tasks of an execution side by side, in plan order.
CREATE TABLE tasks (
    row_id             INTEGER PRIMARY KEY,
    task_id            TEXT    NOT NULL UNIQUE,
    step_id            TEXT    NOT NULL,
    status             TEXT    NOT NULL,
    model              TEXT,
    provider           TEXT,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_pico          INTEGER,
    duration_ms        INTEGER,
    confidence         REAL,
    verdict            TEXT,  -- what a human decided: accepted, edited or rejected
    created_at         INTEGER NOT NULL,
    completed_at       INTEGER,
    view               TEXT    NOT NULL
) STRICT;
CREATE INDEX tasks_awaiting_approval ON tasks (created_at) WHERE status = 'awaiting_approval';
CREATE INDEX tasks_by_end ON tasks (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX tasks_judged ON tasks (completed_at, confidence, verdict) WHERE verdict IS NOT NULL;

-- Every text once, by the SHA-256 of its bytes. A deleted text leaves its hash and its length.
CREATE TABLE texts (
    row_id INTEGER PRIMARY KEY,
    hash   BLOB    NOT NULL UNIQUE,
    bytes  INTEGER NOT NULL,
    body   TEXT
) STRICT;

-- Which execution uses which text, and since when it may no longer be read through that execution.
CREATE TABLE text_refs (
    execution  INTEGER NOT NULL,
    text       INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (execution, text)
) STRICT, WITHOUT ROWID;
CREATE INDEX text_refs_of_text ON text_refs (text);

CREATE TABLE settings (
    key        TEXT    NOT NULL PRIMARY KEY,
    value      TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of a key only its hash is kept.
CREATE TABLE api_keys (
    id           TEXT    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    scope        TEXT    NOT NULL,
    hash         BLOB    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

CREATE TABLE idempotency (
    route      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    body_hash  BLOB    NOT NULL,
    status     INTEGER NOT NULL,
    answer     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (route, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created_at);
