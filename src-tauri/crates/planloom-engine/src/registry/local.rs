//! Looks for model servers on this machine, when somebody asks.

use super::Snapshot;
use crate::settings::base_url::{is_loopback, normal};
use crate::settings::environment::{OPENAI_API_KEY, OPENAI_BASE_URL};
use crate::settings::{Environment, OLLAMA_BASE_URL};
use futures_util::future::join_all;
use planloom_providers::{OpenAiConfig, ProviderConfig, Secret, check_base_url};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// A server of this machine answers a list in a few milliseconds; one that is busy with a model may take longer.
const PATIENCE: Duration = Duration::from_millis(800);
/// Where they listen unless told otherwise.
const USUAL: [(&str, &str); 4] = [
    ("Ollama", OLLAMA_BASE_URL),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
];

/// A server that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocalServer {
    /// The program that usually listens there, or the variable that names the address.
    pub name: String,
    /// For a provider of kind `openai`.
    pub base_url: String,
    /// The models that it lists.
    pub models: Vec<String>,
}

/// Where one is asked.
struct Place {
    name: &'static str,
    base_url: String,
    api_key: Option<Secret>,
}

impl Snapshot {
    /// The model servers of this machine that answer: at their usual ports, and where the environment says.
    pub async fn local_servers(&self) -> Vec<LocalServer> {
        find(places(self.settings().environment())).await
    }
}

fn places(environment: &Environment) -> Vec<Place> {
    let named = environment.get(OPENAI_BASE_URL).map(normal).filter(|url| is_loopback(url));
    // The environment's key is for the server that the environment names, and for no other.
    let by_environment = named.map(|base_url| Place {
        name: OPENAI_BASE_URL,
        base_url,
        api_key: environment.get(OPENAI_API_KEY).map(Secret::new),
    });
    let mut places: Vec<Place> = by_environment.into_iter().collect();
    for (name, base_url) in USUAL {
        // The same server may be named as `localhost`.
        match places.iter_mut().find(|place| port(&place.base_url) == port(base_url)) {
            Some(place) => place.name = name,
            None => places.push(Place { name, base_url: base_url.to_owned(), api_key: None }),
        }
    }
    places
}

fn port(base_url: &str) -> Option<u16> {
    check_base_url(base_url).ok().and_then(|url| url.port_or_known_default())
}

async fn find(places: Vec<Place>) -> Vec<LocalServer> {
    join_all(places.into_iter().map(ask)).await.into_iter().flatten().collect()
}

async fn ask(place: Place) -> Option<LocalServer> {
    let Place { name, base_url, api_key } = place;
    let config = OpenAiConfig { base_url: base_url.clone(), api_key, ..OpenAiConfig::default() };
    let client = ProviderConfig::OpenAi(config).build().ok()?;
    let models = tokio::time::timeout(PATIENCE, client.models()).await.ok()?.ok()?;
    let models = models.into_iter().map(|model| model.id).collect();
    Some(LocalServer { name: name.to_owned(), base_url, models })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn servers_that_answer_in_time_with_a_list_are_found() {
        let bind = || async { TcpListener::bind("127.0.0.1:0").await.expect("a port") };
        let (there, silent, closed) = (bind().await, bind().await, bind().await);
        let url = |listener: &TcpListener| format!("http://{}/v1", listener.local_addr().expect("an address"));
        let urls = [url(&there), url(&silent), url(&closed)];
        drop(closed);
        tokio::spawn(async move {
            let (mut stream, _) = there.accept().await.expect("a caller");
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 24\r\n\r\n{\"data\":[{\"id\":\"smol\"}]}";
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.read(&mut request).await;
        });
        let place = |(name, url): (&'static str, &String)| Place { name, base_url: url.clone(), api_key: None };
        let found = find(["A", "B", "C"].into_iter().zip(&urls).map(place).collect()).await;
        let expected = LocalServer { name: "A".to_owned(), base_url: urls[0].clone(), models: vec!["smol".to_owned()] };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn the_environment_s_address_is_asked_where_it_is_of_this_machine() {
        let asked = |base_url: &str| {
            let environment = [(OPENAI_BASE_URL, base_url), (OPENAI_API_KEY, "sk-1")].into_iter().collect();
            let places = places(&environment);
            let with_key = places.iter().filter(|place| place.api_key.is_some());
            let with_key: Vec<_> = with_key.map(|place| (place.name, place.base_url.clone())).collect();
            (places.len(), with_key)
        };
        let place = |name, base_url: &str| vec![(name, base_url.to_owned())];
        assert_eq!(asked("http://[::1]:9000/v1/"), (5, place("OPENAI_BASE_URL", "http://[::1]:9000/v1")));
        assert_eq!(asked("http://localhost:11434/v1"), (4, place("Ollama", "http://localhost:11434/v1")));
        for elsewhere in ["http://192.168.1.2:8000/v1", "https://localhost.example.com/v1", "no address", ""] {
            assert_eq!(asked(elsewhere), (4, Vec::new()), "{elsewhere}");
        }
    }
}
