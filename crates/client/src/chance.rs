//! Chance: asked here and nowhere else in this crate.

use uuid::Uuid;

/// A name no other run or report has; later ones sort later.
#[expect(clippy::disallowed_methods, reason = "the one place of the client that asks chance")]
pub(crate) fn fresh_id() -> String {
    Uuid::now_v7().to_string()
}

/// Eight hexadecimal digits.
pub(crate) fn digits() -> String {
    fresh_id().split_off(28)
}

/// At least 0, less than 1.
pub(crate) fn fraction() -> f64 {
    let digits = u32::from_str_radix(&digits(), 16).unwrap_or(0);
    f64::from(digits) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_varies_and_keeps_its_bounds() {
        let fractions: Vec<f64> = (0..100).map(|_| fraction()).collect();
        assert!(fractions.iter().all(|fraction| (0.0..1.0).contains(fraction)));
        assert!(
            fractions.iter().any(|fraction| *fraction > 0.5)
                && fractions.iter().any(|fraction| *fraction < 0.5)
        );
        assert_eq!(digits().len(), 8);
    }
}
