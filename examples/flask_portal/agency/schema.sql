CREATE TABLE staff (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    job      TEXT NOT NULL,
    is_admin INTEGER NOT NULL DEFAULT 0,
    active   INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE client (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    town     TEXT NOT NULL,
    share_id TEXT -- the same company in sharekit
);

CREATE TABLE contact (
    id        INTEGER PRIMARY KEY,
    client_id INTEGER NOT NULL REFERENCES client (id),
    name      TEXT NOT NULL,
    email     TEXT NOT NULL UNIQUE COLLATE NOCASE,
    language  TEXT NOT NULL,
    tags      TEXT NOT NULL DEFAULT '', -- what staff find them by, with commas
    share_id  TEXT -- the same person in sharekit
);

CREATE TABLE project (
    id             INTEGER PRIMARY KEY,
    client_id      INTEGER NOT NULL REFERENCES client (id),
    owner_id       TEXT NOT NULL REFERENCES staff (id),
    name           TEXT NOT NULL, -- as the agency calls it among itself
    client_title   TEXT,          -- as the client knows it
    for_clients    INTEGER NOT NULL DEFAULT 1,
    percent        INTEGER NOT NULL DEFAULT 0,
    stage          TEXT NOT NULL DEFAULT '',
    agreed_minutes INTEGER NOT NULL DEFAULT 0,
    started_on     TEXT NOT NULL
);

CREATE TABLE time_entry (
    id         INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project (id),
    staff_id   TEXT NOT NULL REFERENCES staff (id),
    day        TEXT NOT NULL,
    minutes    INTEGER NOT NULL CHECK (minutes > 0),
    work       TEXT NOT NULL
);
CREATE INDEX time_entry_by_project ON time_entry (project_id, day);

CREATE TABLE milestone (
    id         INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project (id),
    title      TEXT NOT NULL,
    due        TEXT NOT NULL,
    reached    INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE note (
    id         INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project (id),
    staff_id   TEXT NOT NULL REFERENCES staff (id),
    day        TEXT NOT NULL,
    body       TEXT NOT NULL,
    for_client INTEGER NOT NULL DEFAULT 0
);
