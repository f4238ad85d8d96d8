-- Who shares the work: one row for each instance that runs, written again and again with a greater counter.
create table members (
    id text primary key,
    counter integer not null,
    started_at integer not null,
    roles text not null,
    host text not null,
    version text not null
) strict, without rowid;
