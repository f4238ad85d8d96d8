//! Which store, and where its tables are.

use anyhow::{Result, anyhow};

use super::{Layers, refuse, text};

/// The tables, each with the setting that names it alone.
const TABLES: [(&str, &str); 4] = [
    ("schedulers", "dynamodb.table_schedulers"),
    ("history", "dynamodb.table_history"),
    ("outbox", "dynamodb.table_outbox"),
    ("registry", "dynamodb.table_registry"),
];
/// How a table may be called, by the service's own rule.
const NAME_LENGTHS: std::ops::RangeInclusive<usize> = 3..=255;

/// Which store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreChoice {
    /// One file in the data directory.
    Sqlite,
    /// Tables of `DynamoDB`.
    Dynamodb(Tables),
}

/// Where the tables are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tables {
    /// What each is called: schedulers, history, outbox, registry.
    pub(crate) names: [String; 4],
    /// Where the service is, if not where Amazon has it.
    pub(crate) endpoint: Option<String>,
    /// The region, if not the one of the environment or the profile.
    pub(crate) region: Option<String>,
}

pub(super) fn read(layers: &Layers) -> Result<StoreChoice> {
    match text(layers, "store")?.as_deref() {
        None | Some("sqlite") => Ok(StoreChoice::Sqlite),
        Some("dynamodb") => tables(layers).map(StoreChoice::Dynamodb),
        Some(other) => Err(refuse(layers, "store", other, "sqlite or dynamodb")),
    }
}

fn tables(layers: &Layers) -> Result<Tables> {
    let prefix = text(layers, "dynamodb.table_prefix")?.unwrap_or_else(|| "punctual-".to_owned());
    let mut names = TABLES.map(|(name, _)| format!("{prefix}{name}"));
    for (place, (_, setting)) in TABLES.into_iter().enumerate() {
        if let Some(name) = text(layers, setting)? {
            names[place] = name;
        }
        if !may_be_called(&names[place]) {
            let wanted =
                "3 to 255 letters, digits, '_', '-' and '.' (dynamodb.table_prefix and the table's name)";
            return Err(refuse(layers, setting, &names[place], wanted));
        }
    }
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    if distinct.len() < names.len() {
        return Err(anyhow!("settings dynamodb.table_…: two tables have the same name; give each its own"));
    }
    Ok(Tables {
        names,
        endpoint: endpoint(layers, "dynamodb.endpoint")?,
        region: text(layers, "aws.region")?,
    })
}

fn may_be_called(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    NAME_LENGTHS.contains(&name.len()) && name.chars().all(fits)
}

/// The address of a service that is not where Amazon has it.
pub(super) fn endpoint(layers: &Layers, name: &'static str) -> Result<Option<String>> {
    let Some(given) = text(layers, name)? else { return Ok(None) };
    if given.starts_with("http://") || given.starts_with("https://") {
        return Ok(Some(given));
    }
    Err(refuse(layers, name, &given, "an address that begins with https:// or http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(settings: &[(&'static str, &str)]) -> Result<StoreChoice> {
        let flags: Vec<_> = settings.iter().map(|(name, value)| (*name, Some((*value).to_owned()))).collect();
        read(&Layers::read(None, &|_| None, &flags).expect("settings are read"))
    }

    #[test]
    fn the_store_is_one_file_unless_somebody_says_otherwise() {
        assert_eq!(chosen(&[]).expect("a store"), StoreChoice::Sqlite);
        assert_eq!(chosen(&[("store", "sqlite")]).expect("a store"), StoreChoice::Sqlite);
    }

    #[test]
    fn tables_are_named_by_a_prefix_or_one_by_one() {
        let given = [
            ("store", "dynamodb"),
            ("dynamodb.table_prefix", "prod."),
            ("dynamodb.table_schedulers", "scheduler-status"),
            ("aws.region", "eu-central-1"),
        ];
        let StoreChoice::Dynamodb(tables) = chosen(&given).expect("a store") else { panic!("tables") };
        assert_eq!(tables.names, ["scheduler-status", "prod.history", "prod.outbox", "prod.registry"]);
        assert_eq!(tables.region.as_deref(), Some("eu-central-1"));
    }

    #[test]
    fn what_cannot_be_is_refused_by_the_name_of_its_setting() {
        for (given, named) in [
            (vec![("store", "postgres")], "setting store"),
            (vec![("store", "dynamodb"), ("dynamodb.table_prefix", "a b")], "dynamodb.table_schedulers"),
            (vec![("store", "dynamodb"), ("dynamodb.table_outbox", "punctual-history")], "same name"),
            (vec![("store", "dynamodb"), ("dynamodb.endpoint", "localhost:8000")], "dynamodb.endpoint"),
        ] {
            let error = chosen(&given).expect_err("refused").to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
