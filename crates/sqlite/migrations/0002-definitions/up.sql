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

-- The posts of boards: one for each board and window.
create table board_posts (
    project text not null,
    board text not null,
    window_start integer not null,
    window_end integer not null,
    version integer not null,
    state text not null,
    channel text not null,
    message text,
    shown_at integer,
    leased_until integer,
    failures integer not null,
    retry_at integer,
    last_answer text,
    primary key (project, board, window_start)
) strict, without rowid;
create index board_posts_open on board_posts (window_start, project, board) where state <> 'closed';
create index board_posts_closed on board_posts (window_end) where state = 'closed';
