//! Who shares the work: one partition of small items, read as they are now.

use app::ports::{MEMBERS_MAX, Member, Members, StoreResult};
use async_trait::async_trait;
use domain::id::MemberId;

use crate::Store;
use crate::fault::{Fault, Faulty, Told};
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::Table;

const MEMBERS: &str = "M";

#[async_trait]
impl Members for Store {
    async fn renew(&self, member: &Member) -> StoreResult<()> {
        renew(self, member).await.told("renewing a membership")
    }

    async fn members(&self) -> StoreResult<Vec<Member>> {
        list(self).await.told("listing members")
    }

    async fn leave(&self, id: &MemberId) -> StoreResult<()> {
        self.gateway.write(Write::delete(Table::Registry, place(id))).await.told("leaving")
    }

    async fn forget_member(&self, id: &MemberId, counter: u64) -> StoreResult<()> {
        let write = Write::delete(Table::Registry, place(id)).when("ctr = :ctr").binding("ctr", counter);
        unless_outrun(self.gateway.write(write).await).told("forgetting a member")
    }
}

fn place(id: &MemberId) -> Key {
    Key::new(MEMBERS, id.as_str())
}

async fn renew(store: &Store, member: &Member) -> Faulty<()> {
    let item = Item::of(&place(&member.id))
        .with("ctr", member.counter)
        .with("began", member.started_at)
        .with_json("roles", &member.roles)?
        .with("host", member.host.as_str())
        .with("process", member.process)
        .with("program", member.version.as_str());
    let write = Write::put(Table::Registry, item).when("attribute_not_exists(ctr) or ctr < :ctr");
    unless_outrun(store.gateway.write(write.binding("ctr", member.counter)).await)
}

/// A renewal that a later one outran, and a removal that a renewal did, have nothing left to do.
fn unless_outrun(written: Faulty<()>) -> Faulty<()> {
    if written == Err(Fault::Conflict) { Ok(()) } else { written }
}

async fn list(store: &Store) -> Faulty<Vec<Member>> {
    let found = store.gateway.gather(Query::of(Table::Registry, MEMBERS).limit(MEMBERS_MAX)).await?;
    found.iter().map(read).collect()
}

fn read(item: &Item) -> Faulty<Member> {
    Ok(Member {
        id: MemberId::trusted(item.text("sk")?),
        counter: item.number("ctr")?,
        started_at: item.instant("began")?,
        roles: item.json("roles")?,
        host: item.text("host")?.to_owned(),
        process: item.number("process")?,
        version: item.text("program")?.to_owned(),
    })
}
