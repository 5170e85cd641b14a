//! Where a provider is: which of settings, environment and default says so, and whether it is nearby.
//!
//! Opens no connection.

use super::document::{OLLAMA, OLLAMA_BASE_URL, ProviderKind, ProviderSettings};
use super::environment::{
    ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL as ANTHROPIC_BASE_URL_VARIABLE, Environment, OPENAI_API_KEY,
    OPENAI_BASE_URL as OPENAI_BASE_URL_VARIABLE,
};
use planloom_providers::{ANTHROPIC_BASE_URL, OPENAI_BASE_URL, check_base_url};
use serde::Serialize;
use std::net::IpAddr;
use utoipa::ToSchema;

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    Settings,
    Environment,
    Default,
}

/// A provider's address. What the environment says is not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    pub url: String,
    pub origin: Origin,
}

impl BaseUrl {
    /// Of provider `name`; `None` for the simulator, which is nowhere, and where nobody said.
    pub(crate) fn of(name: &str, provider: &ProviderSettings, environment: &Environment) -> Option<BaseUrl> {
        let by_settings = provider.base_url.as_deref().map(|url| (url, Origin::Settings));
        let by_environment = || {
            let variable = variables(name, provider.kind)?.base_url;
            Some((environment.get(variable)?, Origin::Environment))
        };
        let by_default = || Some((default_url(name, provider.kind)?, Origin::Default));
        if provider.kind == ProviderKind::Simulator {
            return None;
        }
        let (url, origin) = by_settings.or_else(by_environment).or_else(by_default)?;
        Some(BaseUrl { url: normal(url), origin })
    }

    /// A server of this machine or of a private network.
    pub fn is_nearby(&self) -> bool {
        is_nearby(&self.url)
    }
}

/// The variables that configure a provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variables {
    pub(crate) api_key: &'static str,
    pub(crate) base_url: &'static str,
}

/// They belong to the two providers that carry their wire's own name.
pub(crate) fn variables(name: &str, kind: ProviderKind) -> Option<Variables> {
    match (name, kind) {
        ("anthropic", ProviderKind::Anthropic) => {
            Some(Variables { api_key: ANTHROPIC_API_KEY, base_url: ANTHROPIC_BASE_URL_VARIABLE })
        }
        ("openai", ProviderKind::Openai) => {
            Some(Variables { api_key: OPENAI_API_KEY, base_url: OPENAI_BASE_URL_VARIABLE })
        }
        (_, ProviderKind::Anthropic | ProviderKind::Openai | ProviderKind::Simulator) => None,
    }
}

/// The variable whose key goes to `base_url`, if any: the environment's key is for the server that the
/// environment names (or the provider's own), and must not follow an address set in settings to another host.
pub(crate) fn key_variable(name: &str, provider: &ProviderSettings, environment: &Environment) -> Option<&'static str> {
    let variables = variables(name, provider.kind)?;
    let used = BaseUrl::of(name, provider, environment)?;
    let meant = BaseUrl::of(name, &ProviderSettings::of_kind(provider.kind), environment)?;
    (used == meant || host(&used.url).is_some_and(|used| Some(used) == host(&meant.url))).then_some(variables.api_key)
}

/// Scheme, host and port.
fn host(url: &str) -> Option<String> {
    check_base_url(url).ok().map(|url| url.origin().ascii_serialization())
}

pub(crate) fn default_url(name: &str, kind: ProviderKind) -> Option<&'static str> {
    match (kind, name) {
        (ProviderKind::Anthropic, _) => Some(ANTHROPIC_BASE_URL),
        (ProviderKind::Openai, "openai") => Some(OPENAI_BASE_URL),
        (ProviderKind::Openai, OLLAMA) => Some(OLLAMA_BASE_URL),
        (ProviderKind::Openai | ProviderKind::Simulator, _) => None,
    }
}

/// One spelling for addresses that differ only in letters that mean nothing.
pub(crate) fn normal(url: &str) -> String {
    let url = check_base_url(url).map_or_else(|_| url.trim().to_owned(), |url| url.as_str().to_owned());
    url.trim_end_matches('/').to_owned()
}

/// An address of this machine alone.
pub(crate) fn is_loopback(url: &str) -> bool {
    let Ok(url) = check_base_url(url) else { return false };
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.to_canonical().is_loopback())
}

fn is_nearby(url: &str) -> bool {
    let Ok(url) = check_base_url(url) else { return false };
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().map(|address| address.to_canonical());
    match address {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified()
        }
        // A name without a dot resolves in one's own network only.
        Err(_) => {
            let host = host.trim_end_matches('.');
            !host.contains('.')
                || [".localhost", ".local", ".lan", ".internal", ".home.arpa"].iter().any(|end| host.ends_with(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearby_is_this_machine_and_this_network() {
        for url in [
            "http://127.0.0.1:8080/v1",
            "http://localhost:1234/v1",
            "http://[::1]:1",
            "http://10.1.2.3",
            "http://192.168.0.9:11434/v1",
            "http://172.16.0.1",
            "http://gpu-box:8000/v1",
            "http://mac.local/v1",
            "http://[fd00::1]/v1",
            "http://0.0.0.0:1",
            "http://[::ffff:127.0.0.1]/v1",
            "http://a.localhost",
        ] {
            assert!(is_nearby(url), "{url}");
        }
        for url in [
            "https://api.openai.com/v1",
            "http://172.32.0.1",
            "http://8.8.8.8",
            "https://localhost.example.com",
            "nonsense",
            "https://local",
        ] {
            assert_eq!(is_nearby(url), url == "https://local", "{url}");
        }
    }

    #[test]
    fn one_spelling_for_one_address() {
        assert_eq!(normal(" HTTPS://API.example.com:443/v1/ "), "https://api.example.com/v1");
        assert_eq!(normal("http://127.0.0.1:80"), "http://127.0.0.1");
    }
}
