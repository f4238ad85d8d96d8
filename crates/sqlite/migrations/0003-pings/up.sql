-- Where a job without a key is heard: ping addresses and the tokens of other products, each of one scheduler only.
create table addresses (
    token text primary key,
    scheduler integer not null
) strict, without rowid;
create index addresses_by_scheduler on addresses (scheduler);

-- By what a project's ping key names a scheduler. Need not be unique.
alter table profiles add column slug text not null default '';
update profiles set slug = name;
create index profiles_by_slug on profiles (project, slug, name);

-- What jobs printed, as long as the event that tells of it is kept.
create table outputs (
    scheduler integer not null,
    version integer not null,
    body blob not null,
    primary key (scheduler, version)
) strict, without rowid;

-- The key of a project's slugs, empty until the first start after this; and its number, which stands where other
-- products have one.
alter table projects add column ping_key text not null default '';
alter table projects add column number integer not null default 0;

-- What jobs sent in vain: counted and sampled by what was wrong.
create table ingest_problems (
    project text not null,
    dialect text not null,
    problem text not null,
    subject text not null,
    count integer not null,
    first_at integer not null,
    last_at integer not null,
    sample text not null,
    primary key (project, dialect, problem, subject)
) strict, without rowid;
create index ingest_problems_by_age on ingest_problems (last_at);
create index ingest_problems_latest on ingest_problems (project, last_at);
