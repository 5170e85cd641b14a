//! Decimal numbers exactly as written, for comparisons in which a binary fraction would be off by a hair.

/// `digits × 10^exponent`, without zeros at either end; zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number. `None` for anything else, and for an exponent beyond all bounds.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let trimmed = all.trim_end_matches('0');
        let exponent = power
            .checked_sub(i64::try_from(fraction.len()).ok()?)?
            .checked_add(i64::try_from(all.len() - trimmed.len()).ok()?)?;
        let digits = trimmed.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits, exponent: 0 });
        }
        Some(Decimal { negative, digits, exponent })
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.negative
    }

    /// The number times `10^places`, cut to a whole number, and whether something was cut.
    /// `None` when it is negative or does not fit.
    pub(crate) fn scaled(&self, places: u32) -> Option<(u64, bool)> {
        if self.negative {
            return None;
        }
        if self.digits.is_empty() {
            return Some((0, false));
        }
        let exponent = self.exponent.checked_add(i64::from(places))?;
        if exponent >= 0 {
            let zeros = usize::try_from(exponent).ok().filter(|zeros| *zeros <= 20)?;
            let whole = format!("{}{}", self.digits, "0".repeat(zeros)).parse().ok()?;
            return Some((whole, false));
        }
        let kept = usize::try_from(exponent.unsigned_abs()).ok().and_then(|cut| self.digits.len().checked_sub(cut));
        match kept {
            None | Some(0) => Some((0, true)),
            Some(kept) => Some((self.digits[..kept].parse().ok()?, true)),
        }
    }

    /// One spelling for each number: `-12e3`.
    pub(crate) fn canonical(&self) -> String {
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let sign = if self.negative { "-" } else { "" };
        match self.exponent {
            0 => format!("{sign}{}", self.digits),
            exponent => format!("{sign}{}e{exponent}", self.digits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn one_spelling_for_each_number() {
        for (text, spelling) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.000", "0"),
            ("1", "1"),
            ("1.0", "1"),
            ("10e-1", "1"),
            ("100", "1e2"),
            ("1E2", "1e2"),
            ("1e+2", "1e2"),
            ("0.85", "85e-2"),
            ("-12.340", "-1234e-2"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1e400", "1e400"),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().canonical(), spelling, "{text}");
        }
        assert_eq!(Decimal::parse("1e99999999999999999999"), None);
        assert_eq!(Decimal::parse("abc"), None);
    }

    #[test]
    fn scaling_cuts_and_says_so() {
        let scaled = |text: &str| Decimal::parse(text).unwrap().scaled(2);
        assert_eq!(scaled("0.85"), Some((85, false)));
        assert_eq!(scaled("0.859"), Some((85, true)));
        assert_eq!(scaled("1"), Some((100, false)));
        assert_eq!(scaled("1e-9"), Some((0, true)));
        assert_eq!(scaled("1e-999999999999"), Some((0, true)));
        assert_eq!(scaled("0.005"), Some((0, true)));
        assert_eq!(scaled("1e30"), None);
        assert_eq!(scaled("-1"), None);
    }
}
