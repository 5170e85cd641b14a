//! Tokens and money: what a call used and what it cost, summed without rounding.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Tokens of one call, or the sum of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Tokens of the prompt, without those read from or written to a cache.
    pub input: u64,
    /// Tokens of the answer.
    pub output: u64,
    /// Tokens of the prompt that the provider read from its cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_read: u64,
    /// Tokens of the prompt that the provider wrote to its cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write: u64,
    /// The provider gave no usage: the counts are estimated from the length of the texts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Usage {
    /// The sum; estimated as soon as one part is.
    pub fn plus(self, other: Usage) -> Usage {
        Usage {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            estimated: self.estimated || other.estimated,
        }
    }

    /// Every token, of whatever kind.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output).saturating_add(self.cache_read).saturating_add(self.cache_write)
    }
}

/// An amount of money in 10⁻¹² US dollars, so that a price per million tokens given in
/// millionths of a dollar multiplies and sums exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PicoUsd(pub u64);

impl PicoUsd {
    /// From dollars; `None` when negative, not finite or too large to be money.
    pub fn from_usd(usd: f64) -> Option<PicoUsd> {
        let pico = (usd * 1e12).round();
        (pico.is_finite() && (0.0..1e19).contains(&pico)).then_some(PicoUsd(pico as u64))
    }

    /// In dollars, as the API shows it.
    pub fn as_usd(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// The sum, held at the largest amount.
    pub fn plus(self, other: PicoUsd) -> PicoUsd {
        PicoUsd(self.0.saturating_add(other.0))
    }
}

/// Prices in millionths of a US dollar per million tokens (0.10 USD per million is 100 000).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Prices {
    /// Tokens of the prompt.
    pub input: u64,
    /// Tokens of the answer.
    pub output: u64,
    /// Prompt tokens read from the provider's cache.
    pub cache_read: u64,
    /// Prompt tokens written to the provider's cache.
    pub cache_write: u64,
}

impl Prices {
    /// Nothing costs anything: local and simulated models.
    pub const FREE: Prices = Prices { input: 0, output: 0, cache_read: 0, cache_write: 0 };

    /// What `usage` costs.
    pub fn cost(&self, usage: Usage) -> PicoUsd {
        let part = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let sum = part(usage.input, self.input)
            + part(usage.output, self.output)
            + part(usage.cache_read, self.cache_read)
            + part(usage.cache_write, self.cache_write);
        PicoUsd(u64::try_from(sum).unwrap_or(u64::MAX))
    }

    /// What must be reserved before a call may start: ceil(prompt bytes / 3) input tokens
    /// and the whole `max_tokens` of output.
    pub fn reserve(&self, prompt_bytes: u64, max_tokens: u64) -> PicoUsd {
        self.cost(Usage { input: prompt_bytes.div_ceil(3), output: max_tokens, ..Usage::default() })
    }
}
