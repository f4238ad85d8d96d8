//! Who shares the work: a row for each instance on this file.

use app::ports::{MEMBERS_MAX, Member, Members, StoreResult};
use async_trait::async_trait;
use domain::id::MemberId;
use rusqlite::{Row, params};

use crate::Store;
use crate::fault::Faulty;
use crate::reader::Lane;
use crate::rows::{all, bound, cell, instant, int, json, run, to_json};
use crate::sql::statements;

statements! {
    RENEW = "insert into members (id, counter, started_at, roles, host, process, version)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (id) do update set counter = excluded.counter, started_at = excluded.started_at,
        roles = excluded.roles, host = excluded.host, process = excluded.process,
        version = excluded.version where counter < excluded.counter";
    /// The whole of a small table: one row for each instance.
    MEMBERS = "select id, counter, started_at, roles, host, process, version from members order by id limit ?1";
    LEAVE = "delete from members where id = ?1";
    FORGET_MEMBER = "delete from members where id = ?1 and counter = ?2";
}

fn member(row: &Row<'_>) -> Faulty<Member> {
    Ok(Member {
        id: MemberId::trusted(cell::<String>(row, 0, "members.id")?),
        counter: cell(row, 1, "members.counter")?,
        started_at: instant(row, 2, "members.started_at")?,
        roles: json(&cell::<String>(row, 3, "members.roles")?, "members.roles")?,
        host: cell(row, 4, "members.host")?,
        process: cell(row, 5, "members.process")?,
        version: cell(row, 6, "members.version")?,
    })
}

#[async_trait]
impl Members for Store {
    async fn renew(&self, member: &Member) -> StoreResult<()> {
        let member = member.clone();
        let write = move |conn: &_| {
            let Member { id, counter, started_at, roles, host, process, version } = &member;
            let roles = to_json(roles, "members.roles")?;
            let row =
                params![id.as_str(), int(*counter), started_at.as_millis(), roles, host, process, version];
            run(conn, RENEW, row).map(drop)
        };
        self.write("renewing a membership", write).await
    }

    async fn members(&self) -> StoreResult<Vec<Member>> {
        let read = |conn: &_| all(conn, MEMBERS, [bound(MEMBERS_MAX)], member);
        self.read(Lane::Point, "listing members", read).await
    }

    async fn leave(&self, id: &MemberId) -> StoreResult<()> {
        let id = id.clone();
        self.write("leaving", move |conn| run(conn, LEAVE, [id.as_str()]).map(drop)).await
    }

    async fn forget_member(&self, id: &MemberId, counter: u64) -> StoreResult<()> {
        let id = id.clone();
        let write = move |conn: &_| run(conn, FORGET_MEMBER, params![id.as_str(), int(counter)]).map(drop);
        self.write("forgetting a member", write).await
    }
}
