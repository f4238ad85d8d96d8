//! Making the tables and bringing them up to this program's layout; and looking whether they are.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, IndexStatus, KeySchemaElement, KeyType, Projection as Projected,
    ProjectionType, ScalarAttributeType, SseSpecification, TableDescription, TableStatus,
    TimeToLiveSpecification,
};

use crate::fault::{Fault, Faulty};
use crate::gateway::{Gateway, Item, Key, Write, refused};
use crate::schema::{EXPIRES, Index, Projection, Table};

/// Which layout of items and tables this program reads and writes.
pub const LAYOUT: u32 = 1;
/// How often a table that is being made is looked at, and how often at most.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(500);
const LOOKS_MAX: usize = 1200;

fn layout_key() -> Key {
    Key::new("meta", "layout")
}

/// Makes what is missing, waits until it can be used, and notes the layout. Answers what it did, for people. Doing it
/// again does nothing.
pub(crate) async fn migrate(gateway: &Gateway, shards: u8) -> Faulty<Vec<String>> {
    let mut done = Vec::new();
    for table in Table::ALL {
        let name = gateway.names().of(table).to_owned();
        match gateway.described(table).await? {
            None => {
                create(gateway, table).await?;
                done.push(format!("made the table {name}"));
            }
            Some(found) => {
                for index in missing(table, &found) {
                    add(gateway, table, index).await?;
                    ready(gateway, table).await?;
                    done.push(format!("made the index {} of {name}", index.as_str()));
                }
            }
        }
        ready(gateway, table).await?;
        if expire(gateway, table).await? {
            done.push(format!("let items of {name} expire by {EXPIRES}"));
        }
    }
    let noted = Item::of(&layout_key()).with("layout", LAYOUT).with("shards", u32::from(shards));
    match layout(gateway).await? {
        Some((known, _)) if known > LAYOUT => return Err(newer(known)),
        Some((known, divided)) if known == LAYOUT => same_shards(divided, shards)?,
        _ => gateway.write(Write::put(Table::Registry, noted)).await?,
    }
    Ok(done)
}

/// Whether everything is there, of this layout.
pub(crate) async fn check(gateway: &Gateway, shards: u8) -> Faulty<()> {
    for table in Table::ALL {
        let name = gateway.names().of(table);
        let found = gateway.described(table).await?.ok_or_else(|| {
            Fault::Away(format!(
                "there is no table {name}: run `punctual migrate`, or look at the table prefix and the region"
            ))
        })?;
        if let Some(index) = missing(table, &found).first() {
            let index = index.as_str();
            return Err(Fault::Away(format!(
                "the table {name} has no index {index}: run `punctual migrate`"
            )));
        }
    }
    match layout(gateway).await? {
        Some((LAYOUT, divided)) => same_shards(divided, shards),
        Some((known, _)) if known > LAYOUT => Err(newer(known)),
        Some((known, _)) => Err(Fault::Away(format!(
            "the tables have layout {known}, and this program needs {LAYOUT}: run `punctual migrate`"
        ))),
        None => Err(Fault::Away("the tables were never migrated: run `punctual migrate`".to_owned())),
    }
}

fn newer(known: u32) -> Fault {
    Fault::Away(format!(
        "the tables have layout {known}, and this program knows {LAYOUT}: run a newer program; this one would do harm"
    ))
}

/// The layout that is noted, and in how many shards the schedulers of the tables are divided.
async fn layout(gateway: &Gateway) -> Faulty<Option<(u32, u8)>> {
    let found = gateway.get(Table::Registry, &layout_key()).await?;
    found.map(|item| Ok((item.number("layout")?, item.number("shards")?))).transpose()
}

fn same_shards(divided: u8, wanted: u8) -> Faulty<()> {
    if divided == wanted {
        return Ok(());
    }
    Err(Fault::Away(format!(
        "the tables are divided into {divided} shards, and the setting shards says {wanted}: set it to {divided}, for every instance"
    )))
}

fn missing(table: Table, found: &TableDescription) -> Vec<Index> {
    let there = |index: &Index| {
        found.global_secondary_indexes().iter().any(|known| known.index_name() == Some(index.as_str()))
    };
    table.indexes().iter().copied().filter(|index| !there(index)).collect()
}

async fn create(gateway: &Gateway, table: Table) -> Faulty<()> {
    let call = gateway.client().create_table().table_name(gateway.names().of(table));
    let call = table.indexes().iter().try_fold(keyed(call)?, |call, index| {
        let call =
            attributes(*index)?.into_iter().fold(call, CreateTableFluentBuilder::attribute_definitions);
        let described = GlobalSecondaryIndex::builder()
            .index_name(index.as_str())
            .set_key_schema(Some(schema(index.partition(), index.sort())?))
            .projection(projected(*index));
        Faulty::Ok(call.global_secondary_indexes(described.build().map_err(unbuilt)?))
    })?;
    let sse = SseSpecification::builder().enabled(true).build();
    let made = call.billing_mode(BillingMode::PayPerRequest).sse_specification(sse).send().await;
    made.map(drop).map_err(|error| refused(&error))
}

fn keyed(call: CreateTableFluentBuilder) -> Faulty<CreateTableFluentBuilder> {
    let call = call.set_key_schema(Some(schema("pk", "sk")?));
    Ok(call.attribute_definitions(text("pk")?).attribute_definitions(text("sk")?))
}

async fn add(gateway: &Gateway, table: Table, index: Index) -> Faulty<()> {
    let made = CreateGlobalSecondaryIndexAction::builder()
        .index_name(index.as_str())
        .set_key_schema(Some(schema(index.partition(), index.sort())?))
        .projection(projected(index))
        .build()
        .map_err(unbuilt)?;
    let mut all = attributes(index)?;
    all.extend([text("pk")?, text("sk")?]);
    let call = gateway.client().update_table().table_name(gateway.names().of(table));
    let call = call.set_attribute_definitions(Some(all));
    let call =
        call.global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().create(made).build());
    call.send().await.map(drop).map_err(|error| refused(&error))
}

async fn ready(gateway: &Gateway, table: Table) -> Faulty<()> {
    for _ in 0..LOOKS_MAX {
        if gateway.described(table).await?.is_some_and(|found| is_ready(&found)) {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let name = gateway.names().of(table);
    Err(Fault::Away(format!(
        "the table {name} is being made for ten minutes: look at it, then run `punctual migrate` again"
    )))
}

fn is_ready(found: &TableDescription) -> bool {
    let indexes = found.global_secondary_indexes();
    found.table_status() == Some(&TableStatus::Active)
        && indexes.iter().all(|index| index.index_status().is_none_or(|it| *it == IndexStatus::Active))
}

/// Lets items expire; answers whether they did not before.
async fn expire(gateway: &Gateway, table: Table) -> Faulty<bool> {
    let name = gateway.names().of(table);
    let known = gateway.client().describe_time_to_live().table_name(name).send().await;
    let known = known.map_err(|error| refused(&error))?;
    let attribute = known.time_to_live_description().and_then(|known| known.attribute_name());
    if attribute == Some(EXPIRES) {
        return Ok(false);
    }
    let wanted = TimeToLiveSpecification::builder().attribute_name(EXPIRES).enabled(true).build();
    let call = gateway.client().update_time_to_live().table_name(name);
    let set = call.time_to_live_specification(wanted.map_err(unbuilt)?).send().await;
    set.map(|_| true).map_err(|error| refused(&error))
}

fn schema(partition: &str, sort: &str) -> Faulty<Vec<KeySchemaElement>> {
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    [element(partition, KeyType::Hash), element(sort, KeyType::Range)]
        .into_iter()
        .map(|built| built.map_err(unbuilt))
        .collect()
}

fn attributes(index: Index) -> Faulty<Vec<AttributeDefinition>> {
    Ok(vec![text(index.partition())?, text(index.sort())?])
}

fn text(name: &str) -> Faulty<AttributeDefinition> {
    let built =
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
    built.map_err(unbuilt)
}

fn projected(index: Index) -> Projected {
    let projection = Projected::builder();
    match index.projection() {
        Projection::Keys => projection.projection_type(ProjectionType::KeysOnly),
        Projection::With(names) => projection
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(names.iter().map(|name| (*name).to_owned()).collect())),
    }
    .build()
}

fn unbuilt(error: impl std::fmt::Display) -> Fault {
    Fault::corrupt("a request", error)
}
