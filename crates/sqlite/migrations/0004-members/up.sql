-- Who shares the work: one row for each instance that runs, written again and again with a greater counter.
create table members (
    id text primary key,
    counter integer not null,
    started_at integer not null,
    roles text not null,
    host text not null,
    process integer not null,
    version text not null
) strict, without rowid;

-- In which of 64 equal parts a scheduler is, so that instances can share what is due. In the index beside the instant:
-- a move costs what it cost before, and whoever looks for some parts passes the others by without leaving the index.
alter table wakes add column part integer not null default 0;
drop index wakes_by_instant;
create index wakes_by_instant on wakes (at, part);
