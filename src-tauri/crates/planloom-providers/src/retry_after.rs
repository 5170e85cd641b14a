//! How long a provider asks to be left alone, read from the headers of its answer.
//!
//! Must not decide whether such a wait is obeyed: the engine does.

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// `retry-after-ms`, else `retry-after` in seconds or as a date; `None` where neither can be read.
///
/// A date is measured against the provider's own `Date` header, so that a wrong local clock does no harm.
pub(crate) fn retry_after_ms(headers: &HeaderMap, now: DateTime<Utc>) -> Option<u64> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|value| whole_ms(value, 1.0)) {
        return Some(ms);
    }
    let value = text(RETRY_AFTER.as_str())?;
    whole_ms(value, 1_000.0).or_else(|| {
        let until = http_date(value)?;
        let now = text(DATE.as_str()).and_then(http_date).unwrap_or(now);
        Some(u64::try_from((until - now).num_milliseconds()).unwrap_or(0))
    })
}

fn whole_ms(value: &str, factor: f64) -> Option<u64> {
    let number: f64 = value.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some((number * factor).ceil() as u64)
}

fn http_date(value: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(value).ok().map(|date| date.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &str)], expected: Option<u64>) {
        let map: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let now = http_date("Tue, 24 Nov 2026 12:00:00 GMT").unwrap();
        assert_eq!(retry_after_ms(&map, now), expected, "{headers:?}");
    }

    #[test]
    fn every_form_is_read() {
        check(&[], None);
        check(&[("retry-after", "2")], Some(2_000));
        check(&[("retry-after", "0.25")], Some(250));
        check(&[("retry-after-ms", "1500"), ("retry-after", "2")], Some(1_500));
        check(&[("retry-after-ms", "soon"), ("retry-after", "2")], Some(2_000));
        check(&[("retry-after", "Tue, 24 Nov 2026 12:00:07 GMT")], Some(7_000));
        check(&[("retry-after", "Tue, 24 Nov 2026 11:00:00 GMT")], Some(0));
        check(
            &[("retry-after", "Tue, 24 Nov 2026 13:00:07 GMT"), ("date", "Tue, 24 Nov 2026 13:00:00 GMT")],
            Some(7_000),
        );
        check(&[("retry-after", "-3")], None);
        check(&[("retry-after", "NaN")], None);
        check(&[("retry-after", "1e300")], Some(u64::MAX));
        check(&[("retry-after", "next week")], None);
    }
}
