//! Every statement has a name, so that one test can prepare them all against the schema.

/// Names statements: a constant for each, and in tests the list of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)+

        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

pub(crate) use statements;
