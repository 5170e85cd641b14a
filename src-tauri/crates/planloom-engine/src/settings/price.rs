//! A price as settings write it: US dollars per million tokens, exact to a millionth.
//!
//! Never goes through a binary fraction on the way in, so 0.1 is 100 000 millionths and not one less.

use planloom_core::usage::Prices;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Number;
use utoipa::ToSchema;

/// Millionths of a dollar in one dollar.
const MICRO: u64 = 1_000_000;
/// The highest price, in millionths of a dollar per million tokens: a dollar a token.
const HIGHEST: u64 = MICRO * MICRO;
const PLACES: i64 = 6;

/// Millionths of a US dollar per million tokens; in JSON a number of dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(pub(crate) u64);

impl Price {
    /// From millionths of a dollar per million tokens.
    pub const fn from_millionths(millionths: u64) -> Price {
        Price(millionths)
    }

    /// Millionths of a dollar per million tokens.
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// Reads a JSON number exactly; a sentence without its subject where it is no price.
    pub(crate) fn read(number: &Number) -> Result<Price, &'static str> {
        const TOO_FINE: &str = "is finer than 0.000001; round it";
        const TOO_HIGH: &str = "is more than 1000000; give US dollars per million tokens";
        let text = number.to_string();
        if text.starts_with('-') {
            return if is_zero(&text) { Ok(Price(0)) } else { Err("is negative; a price is 0 or more") };
        }
        if is_zero(&text) {
            return Ok(Price(0));
        }
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let power: i64 = power.parse().map_err(|_| if power.starts_with('-') { TOO_FINE } else { TOO_HIGH })?;
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        let zeros = power.saturating_add(PLACES).saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX));
        let (digits, zeros) = match usize::try_from(zeros) {
            Ok(zeros) => (digits, zeros),
            // The places that are cut away must hold nothing.
            Err(_) => {
                let cut = usize::try_from(zeros.unsigned_abs()).unwrap_or(usize::MAX);
                let kept = digits.len().checked_sub(cut).ok_or(TOO_FINE)?;
                if digits[kept..].bytes().any(|digit| digit != b'0') {
                    return Err(TOO_FINE);
                }
                (&digits[..kept], 0)
            }
        };
        let zeros = u32::try_from(zeros).ok().filter(|zeros| *zeros <= 18).ok_or(TOO_HIGH)?;
        let millionths = digits.parse::<u64>().ok().and_then(|digits| digits.checked_mul(10_u64.pow(zeros)));
        millionths.filter(|millionths| *millionths <= HIGHEST).map(Price).ok_or(TOO_HIGH)
    }
}

fn is_zero(text: &str) -> bool {
    text.split(['e', 'E']).next().unwrap_or_default().bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'))
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(MICRO) {
            serializer.serialize_u64(self.0 / MICRO)
        } else {
            // At most twelve digits, so the nearest binary fraction is written with just these.
            serializer.serialize_f64(self.0 as f64 / MICRO as f64)
        }
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
        Price::read(&Number::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Price {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::Number)
            .description(Some("US dollars per million tokens, exact to a millionth."))
            .minimum(Some(0.0))
            .maximum(Some(1_000_000.0))
            .into()
    }
}

impl ToSchema for Price {}

/// What an alias costs, in US dollars per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceSettings {
    /// Tokens of the prompt.
    pub input: Price,
    /// Tokens of the answer.
    pub output: Price,
    /// Prompt tokens read from the provider's cache; as `input` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<Price>,
    /// Prompt tokens written to the provider's cache; as `input` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<Price>,
}

impl PriceSettings {
    /// As the core counts, written for people.
    pub fn of(prices: Prices) -> PriceSettings {
        PriceSettings {
            input: Price(prices.input),
            output: Price(prices.output),
            cache_read: Some(Price(prices.cache_read)),
            cache_write: Some(Price(prices.cache_write)),
        }
    }

    /// As the core counts. A cache price that nobody gave is the full one, so that no cost is understated.
    pub fn prices(&self) -> Prices {
        Prices {
            input: self.input.0,
            output: self.output.0,
            cache_read: self.cache_read.unwrap_or(self.input).0,
            cache_write: self.cache_write.unwrap_or(self.input).0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<u64, &'static str> {
        Price::read(&serde_json::from_str(text).expect("a number")).map(|price| price.0)
    }

    #[test]
    fn a_price_is_read_exactly() {
        for (text, millionths) in [
            ("0.1", 100_000),
            ("0.10", 100_000),
            ("1e-1", 100_000),
            ("10E-2", 100_000),
            ("2", 2_000_000),
            ("2.0", 2_000_000),
            ("0", 0),
            ("-0.0", 0),
            ("0e999999999999999999999", 0),
            ("0.000001", 1),
            ("0.0000010", 1),
            ("1000000", 1_000_000_000_000),
            ("1e6", 1_000_000_000_000),
            ("0.125", 125_000),
            ("1.15", 1_150_000),
            ("1230e-3", 1_230_000),
            ("100e-7", 10),
        ] {
            assert_eq!(read(text), Ok(millionths), "{text}");
        }
        for text in [
            "0.0000001",
            "1e-7",
            "15e-7",
            "1e-99999999999999999999",
            "-1",
            "1000000.000001",
            "1e7",
            "1e99999999999999999999",
            "99999999999999999999",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_price_is_written_as_it_was_meant() {
        for (millionths, text) in
            [(100_000, "0.1"), (2_000_000, "2"), (1, "1e-6"), (125_000, "0.125"), (999_999_999_999, "999999.999999")]
        {
            assert_eq!(serde_json::to_string(&Price(millionths)).expect("a number"), text);
            assert_eq!(read(text), Ok(millionths));
        }
    }
}
