-- 'PNCT': what `file` and `punctual doctor` know the file by.
pragma application_id = 1347306324;

-- Schedulers: what every report rewrites. The columns besides `state` are what lists, counts and checks need of it; no
-- index names one that changes without reason. Ids are never given twice: what belonged to a deleted one may lie about.
create table schedulers (
    id integer primary key autoincrement,
    project text not null,
    name text not null,
    incarnation integer not null,
    version integer not null,
    log_first integer not null,
    status text not null,
    severity integer not null,
    late_from integer,
    state text not null,
    unique (project, name)
) strict;
create index schedulers_by_severity on schedulers (project, severity, name);
create index schedulers_late on schedulers (project, late_from, severity) where late_from is not null;

-- What people gave: rewritten only when they change it.
create table profiles (
    scheduler integer primary key,
    project text not null,
    name text not null,
    service text not null,
    name_folded text not null,
    service_folded text not null,
    job_folded text not null,
    config text not null
) strict;
create index profiles_by_service on profiles (project, service, name);
create index profiles_by_name_folded on profiles (project, name_folded);
create index profiles_by_service_folded on profiles (project, service_folded);
create index profiles_by_job_folded on profiles (project, job_folded);

create table tags (
    project text not null,
    tag text not null,
    name text not null,
    scheduler integer not null,
    primary key (project, tag, name)
) strict, without rowid;

-- Heartbeats: the one row that a heartbeat writes. No index, ever.
create table liveness (
    scheduler integer primary key,
    last integer,
    runs text
) strict;

create table wakes (
    scheduler integer primary key,
    at integer not null
) strict;
create index wakes_by_instant on wakes (at);

-- How many schedulers there are of each kind, kept with every change, so that totals never scan.
create table totals (
    project text not null,
    status text not null,
    severity integer not null,
    schedulers integer not null,
    primary key (project, status, severity)
) strict, without rowid;

-- The log. `entry` is the word under which the history shows the event; `received_at` is absent where it equals `at`;
-- `commit_id` stands on the first event of each commit; `routine` is what happens every time when all is well.
create table events (
    seq integer primary key,
    scheduler integer not null,
    version integer not null,
    at integer not null,
    received_at integer,
    entry text,
    routine integer not null,
    commit_id text,
    format integer not null,
    fact text not null,
    payload text
) strict;
create unique index events_by_version on events (scheduler, version);
create index events_unobserved on events (at) where entry = 'unobserved';

-- What the last report carried, where its event is pruned and it is shown still.
create table payloads (
    scheduler integer not null,
    version integer not null,
    body text not null,
    primary key (scheduler, version)
) strict, without rowid;

-- Runs that are over. Those that are open stand in the state of their scheduler.
create table runs (
    scheduler integer not null,
    no integer not null,
    run_id text,
    state text not null,
    started_at integer,
    reported_start integer not null,
    ended_at integer,
    duration integer,
    exit_code integer,
    primary key (scheduler, no)
) strict, without rowid;
create index runs_by_run_id on runs (scheduler, run_id) where run_id is not null;

create table report_ids (
    scheduler integer not null,
    report_id text not null,
    at integer not null,
    primary key (scheduler, report_id)
) strict, without rowid;
create index report_ids_by_age on report_ids (at);

-- Names that were deleted, with their last incarnation; and the ids whose rows are still being cleared away.
create table graves (
    project text not null,
    name text not null,
    incarnation integer not null,
    primary key (project, name)
) strict, without rowid;
create table purges (scheduler integer primary key) strict;

create table notices (
    seq integer primary key autoincrement,
    id text not null unique,
    at integer not null,
    thread text not null,
    routed integer not null default 0,
    due_at integer not null default 0,
    behind text,
    body text not null
) strict;
create index notices_unrouted on notices (due_at, seq) where routed = 0;
create index notices_waiting on notices (thread, seq) where routed = 0;
create index notices_behind on notices (behind) where routed = 0 and behind is not null;
create index notices_routed on notices (at) where routed = 1;

-- `head` marks the delivery that its channel and thread stand at: the oldest that is not finished. Only a head is ever
-- claimed. `ready_at` is `due_at`, or the end of the claim.
create table deliveries (
    seq integer primary key autoincrement,
    id text not null unique,
    notice text not null,
    project text not null,
    channel text not null,
    thread text not null,
    created_at integer not null,
    due_at integer not null,
    ready_at integer not null,
    head integer not null,
    attempts integer not null,
    state text not null,
    last_answer text,
    finished_at integer,
    body text not null
) strict;
create index deliveries_waiting on deliveries (channel, thread, seq) where state = 'pending';
create index deliveries_ready on deliveries (channel, ready_at) where head = 1;
create index deliveries_next on deliveries (ready_at) where head = 1;
create index deliveries_dead on deliveries (channel, seq) where state = 'dead';
create index deliveries_finished on deliveries (finished_at) where finished_at is not null;
create index deliveries_listed on deliveries (project, seq);
create index deliveries_by_state on deliveries (project, state, seq);
create index deliveries_by_thread on deliveries (project, thread, seq);
create index deliveries_by_channel on deliveries (project, channel, seq);

-- Who was told of an incident. Outlives the deliveries: whoever was told must hear the end.
create table told (
    seq integer primary key,
    thread text not null,
    channel text not null,
    project text not null,
    name text,
    at integer not null,
    grp text,
    over integer not null default 0,
    unique (thread, channel)
) strict;
create index told_by_age on told (at);
create index told_in_groups on told (channel, grp) where grp is not null and over = 0;

-- Notices that wait to be told together with others, and the buckets they wait in: there is one as long as it holds any.
create table held (
    seq integer primary key autoincrement,
    project text not null,
    channel text not null,
    bucket text not null,
    grp text,
    notice text not null,
    unique (channel, bucket, notice)
) strict;
create index held_by_bucket on held (project, channel, bucket, seq);
create index held_by_notice on held (notice);
create table buckets (
    project text not null,
    channel text not null,
    bucket text not null,
    due_at integer not null,
    primary key (project, channel, bucket)
) strict, without rowid;
create index buckets_due on buckets (due_at);

-- How many of a kind went out singly in the minute that was last.
create table singly (kind text primary key, minute integer not null, number integer not null) strict, without rowid;

create table incidents (
    seq integer primary key autoincrement,
    id text not null unique,
    project text not null,
    name text not null,
    service text not null,
    open integer not null,
    heeded integer not null,
    over_at integer,
    body text not null
) strict;
create index incidents_listed on incidents (project, seq);
create index incidents_open on incidents (project, seq) where open = 1;
create index incidents_by_scheduler on incidents (project, name, seq);
create index incidents_by_service on incidents (project, service, seq);
create index incidents_over on incidents (over_at) where over_at is not null;

create table stamps (id integer primary key check (id = 1), at integer not null) strict;
create table gaps ("from" integer primary key, until integer not null) strict;
create index gaps_by_end on gaps (until);
create table notes (name text primary key, value text not null) strict, without rowid;

create table projects (
    id text primary key,
    name text not null,
    created_at integer not null
) strict, without rowid;
insert into projects values ('default', 'Default', 0);

create table keys (
    id text primary key,
    project text not null,
    name text not null,
    role text not null,
    services text not null,
    prefix text not null,
    hash text not null unique,
    created_at integer not null,
    expires_at integer,
    revoked_at integer
) strict, without rowid;
create index keys_by_project on keys (project, created_at);

create table audit (
    seq integer primary key autoincrement,
    project text not null,
    at integer not null,
    actor text not null,
    action text not null,
    subject text not null,
    detail text not null
) strict;
create index audit_by_project on audit (project, seq);
create index audit_by_subject on audit (project, subject, seq);
create index audit_by_age on audit (at);
