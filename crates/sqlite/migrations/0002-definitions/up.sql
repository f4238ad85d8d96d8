-- What people set up: channels, routing rules, maintenance windows, boards. `kind` says which; what `body` means is the
-- kind's to say, and secrets in it are sealed.
create table definitions (
    project text not null,
    kind text not null,
    id text not null,
    name text not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    body text not null,
    primary key (project, kind, id),
    unique (project, kind, name)
) strict, without rowid;

-- Counts the changes of definitions, so that whoever keeps some in mind can ask whether they hold.
create table definitions_mark (id integer primary key check (id = 1), mark integer not null) strict;
insert into definitions_mark values (1, 0);
