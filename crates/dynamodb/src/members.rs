//! Who shares the work: an item for each instance in one partition, for there are few of them.

use app::ports::{MEMBERS_MAX, Member, Members, StoreResult};
use async_trait::async_trait;
use domain::Duration;
use domain::id::MemberId;

use crate::Store;
use crate::fault::{Fault, Faulty, Told};
use crate::gateway::{Item, Key, Query, Value, Write};
use crate::schema::{EXPIRES, Table};

const MEMBERS: &str = "M";
/// When an item is forgotten that nobody has forgotten before, after its instance began: it only costs a read.
const KEPT: Duration = Duration::DAY.times(400);

#[async_trait]
impl Members for Store {
    async fn renew(&self, member: &Member) -> StoreResult<()> {
        renew(self, member).await.told("renewing a member")
    }

    async fn members(&self) -> StoreResult<Vec<Member>> {
        let query = Query::of(Table::Registry, MEMBERS).limit(MEMBERS_MAX);
        let items = self.gateway.gather(query).await.told("reading members")?;
        items.iter().map(read).collect::<Faulty<_>>().told("reading members")
    }

    async fn leave(&self, id: &MemberId) -> StoreResult<()> {
        self.gateway.write(Write::delete(Table::Registry, place(id))).await.told("leaving")
    }

    async fn forget_member(&self, id: &MemberId, counter: u64) -> StoreResult<()> {
        let gone =
            Write::delete(Table::Registry, place(id)).when("renewals = :seen").binding("seen", counter);
        unless_changed(self.gateway.write(gone).await).told("forgetting a member")
    }
}

fn place(id: &MemberId) -> Key {
    Key::new(MEMBERS, id.as_str())
}

/// What has changed meanwhile has been seen to by somebody else.
fn unless_changed(written: Faulty<()>) -> Faulty<()> {
    match written {
        Err(Fault::Conflict) => Ok(()),
        other => other,
    }
}

async fn renew(store: &Store, member: &Member) -> Faulty<()> {
    let roles = member.roles.iter().map(|role| role.as_str().into()).collect();
    let item = Item::of(&place(&member.id))
        .with("renewals", member.counter)
        .with("began", member.started_at)
        .with("does", Value::List(roles))
        .with("machine", member.host.as_str())
        .with("pid", member.process)
        .with("version", member.version.as_str())
        .with(EXPIRES, (member.started_at + KEPT).as_millis().div_euclid(1000));
    let write = Write::put(Table::Registry, item).when("attribute_not_exists(pk) or renewals < :renewals");
    unless_changed(store.gateway.write(write.binding("renewals", member.counter)).await)
}

fn read(item: &Item) -> Faulty<Member> {
    Ok(Member {
        id: MemberId::trusted(item.text("sk")?),
        counter: item.number("renewals")?,
        started_at: item.instant("began")?,
        roles: item.texts("does")?.into_iter().map(str::to_owned).collect(),
        host: item.text("machine")?.to_owned(),
        process: item.number("pid")?,
        version: item.text("version")?.to_owned(),
    })
}
