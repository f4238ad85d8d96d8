//! The tables and their indexes, as data: what `migrate` makes, what the deployment files are compared with, and where
//! every key is named. What stands in the items is each port's own business.

/// One of the tables. All have the same primary key: the texts `pk` and `sk`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One partition for each scheduler: its hot item, what people gave, its last life.
    Schedulers,
    /// What has happened, by scheduler and version; report ids, runs, outputs. Expires.
    History,
    /// Notices and deliveries on their way, and who was told.
    Outbox,
    /// What is few: keys, projects, definitions, boards, incidents, addresses, gaps, notes, members.
    Registry,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Schedulers, Self::History, Self::Outbox, Self::Registry];

    /// Its name behind the prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedulers => "schedulers",
            Self::History => "history",
            Self::Outbox => "outbox",
            Self::Registry => "registry",
        }
    }

    /// Its indexes.
    pub const fn indexes(self) -> &'static [Index] {
        match self {
            Self::Schedulers => &[Index::Overview, Index::Names, Index::Wake],
            Self::Outbox => &[Index::Ready, Index::Listed],
            Self::Registry => &[Index::Filed],
            Self::History => &[],
        }
    }
}

/// The attribute by which items of any table expire, in seconds since 1970.
pub const EXPIRES: &str = "expires_at";

/// A secondary index. All are sparse: an item is in it that has both of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Index {
    /// How each scheduler stands: for lists, counts and maintenance. Trails by what a global index trails.
    Overview,
    /// What each scheduler is called: for searches.
    Names,
    /// When each scheduler must be looked at, by shard.
    Wake,
    /// What of the outbox can be done, and when.
    Ready,
    /// Deliveries as people list them.
    Listed,
    /// Registry items in a second order.
    Filed,
}

/// What an index holds besides the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Projection {
    /// Nothing.
    Keys,
    /// These.
    With(&'static [&'static str]),
}

impl Index {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Names => "names",
            Self::Wake => "wake",
            Self::Ready => "ready",
            Self::Listed => "listed",
            Self::Filed => "filed",
        }
    }

    /// Its partition key's attribute; a text.
    pub const fn partition(self) -> &'static str {
        match self {
            Self::Overview => "o_pk",
            Self::Names => "n_pk",
            Self::Wake => "w_pk",
            Self::Ready => "r_pk",
            Self::Listed => "l_pk",
            Self::Filed => "f_pk",
        }
    }

    /// Its sort key's attribute; a text.
    pub const fn sort(self) -> &'static str {
        match self {
            Self::Overview => "o_sk",
            Self::Names => "n_sk",
            Self::Wake => "w_sk",
            Self::Ready => "r_sk",
            Self::Listed => "l_sk",
            Self::Filed => "f_sk",
        }
    }

    /// What it holds besides the keys.
    pub const fn projection(self) -> Projection {
        match self {
            Self::Overview => Projection::With(&["status", "severity", "late_from"]),
            Self::Names => Projection::With(&["folded", "service", "tags"]),
            Self::Listed => Projection::With(&["chan"]),
            Self::Filed => Projection::With(&["sid", "service"]),
            Self::Wake | Self::Ready => Projection::Keys,
        }
    }
}

/// What each table is called where the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names([String; 4]);

impl Names {
    /// A prefix before each.
    pub fn prefixed(prefix: &str) -> Self {
        Self(Table::ALL.map(|table| format!("{prefix}{}", table.as_str())))
    }

    /// The same, but for one.
    #[must_use]
    pub fn with(mut self, table: Table, name: impl Into<String>) -> Self {
        self.0[table as usize] = name.into();
        self
    }

    /// What a table is called.
    pub fn of(&self, table: Table) -> &str {
        &self.0[table as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_called_by_the_prefix_unless_it_is_named() {
        let names = Names::prefixed("punctual-").with(Table::History, "old-history");
        assert_eq!(
            Table::ALL.map(|table| names.of(table)),
            ["punctual-schedulers", "old-history", "punctual-outbox", "punctual-registry"]
        );
    }
}
