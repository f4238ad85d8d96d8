//! The query of a message: forgiving, since its sender will not read what is wrong with it. What is unknown is ignored.

use percent_encoding::percent_decode_str;

/// Most parameters that are looked at.
const PAIRS_MAX: usize = 200;

/// The parameters of a query, in order; a `+` is a space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX);
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(n, v)| (decoded(n), decoded(v)))
                .collect(),
        )
    }

    /// The first parameter of that name.
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// The first parameter of that name that is not empty.
    pub(crate) fn given<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// Every parameter of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_in_order_and_decoded_however_odd_they_are() {
        let pairs = Pairs::parse(Some("a=1&b=x+y%26&a=2&c&=&d=%ff"));
        assert_eq!(pairs.get("a"), Some("1"));
        assert_eq!(pairs.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(pairs.get("b"), Some("x y&"));
        assert_eq!((pairs.get("c"), pairs.given("c")), (Some(""), None));
        assert_eq!(pairs.get("d"), Some("\u{fffd}"));
        assert_eq!(Pairs::parse(None), Pairs::default());
    }
}
